// Step 6: a last look, the export as it runs, and what came of it.

import { isRunning } from "../course.js";
import { fill } from "../dom.js";
import { span } from "../format.js";
import { progressView } from "../parts/progress.js";
import { readyView } from "../parts/ready.js";
import { resultView } from "../parts/result.js";
import { stoppedView } from "../parts/stopped.js";
import { firstMissing } from "../wizard.js";

const TITLES = {
  running: "Exporting",
  paused: "Paused",
  failed: "Export failed",
  interrupted: "Interrupted export",
  cancelled: "Cancelled",
  finished: "Bundle ready",
};
const LEADS = {
  running: "You may close this page. The export goes on, and this address brings it back.",
  paused: "What was read so far is safe. The export goes on where it stopped.",
  failed: "Nothing was published. What was read so far is kept if it can be gone on with.",
  interrupted: "What was read before is safe. The export goes on where it stopped.",
  cancelled: "Nothing was kept of it.",
};

/** The words at the top, by the state of the run. */
export function head({ run }, { follower }) {
  if (!run) return { title: "Export", lead: "A last look. Nothing starts before you say so." };
  const snapshot = follower.snapshot ?? {};
  const tab =
    run.state === "running"
      ? `${Math.floor((snapshot.done ?? 0) * 100)} % exporting: vmexporter`
      : `${TITLES[run.state]}: vmexporter`;
  const lead = run.state === "finished" ? finishedWords(snapshot) : (LEADS[run.state] ?? "");
  return { title: TITLES[run.state] ?? "Export", lead, tab };
}

function finishedWords({ elapsed_s: seconds, result }) {
  const took = seconds ? `The export took ${span(Math.max(1, Math.round(seconds)) * 1000)}. ` : "";
  if (!result) return took;
  const { manifest } = result;
  if (manifest.partial) return `${took}Some of its windows are incomplete; the bundle says which.`;
  if (manifest.selection?.step_ms || manifest.rungs?.includes("query_range"))
    return `${took}It holds values at steps, as far as it had to.`;
  return `${took}Every sample of the range is in it, once.`;
}

/** Show the step; it follows the run through its states. */
export function mount(root, app, signal) {
  let shown = "";
  let view = null;
  let viewing = new AbortController();
  signal.addEventListener("abort", () => viewing.abort());

  function draw() {
    const { run } = app.store.state;
    const lacking = run ? null : firstMissing("export", app.store.state);
    if (lacking) {
      // a run that was begun elsewhere was given up here, or its credentials are gone
      if (location.hash.startsWith("#/export")) app.go(lacking);
      return;
    }
    const { snapshot } = app.follower;
    const kind = !run
      ? "ready"
      : isRunning(app.store.state)
        ? "running"
        : run.state === "finished"
          ? "finished"
          : "stopped";
    const key = `${kind} ${run?.id ?? ""} ${kind === "running" || kind === "ready" ? "" : run.state + Boolean(snapshot)}`;
    if (key !== shown) {
      viewing.abort();
      viewing = new AbortController();
      shown = key;
      view = VIEWS[kind](app, viewing.signal);
      fill(root, view.root);
      if (kind !== "ready" && run && location.hash !== `#/export/${run.id}`)
        history.replaceState(null, "", `#/export/${run.id}`);
    }
    view.update?.(app.follower);
    app.refresh(); // the bar is the view's
  }

  draw();
  app.store.on(draw, signal);
  return {
    back: (state) => !state.run,
    words: (state) => view?.words?.(state),
    primary: (state) => view?.primary(state) ?? null,
  };
}

const VIEWS = { ready: readyView, running: progressView, finished: resultView, stopped: stoppedView };
