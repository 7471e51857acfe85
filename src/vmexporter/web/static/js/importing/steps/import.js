// Step 4 of an import: how far it is, what stopped it, and what came of it.

import { isRunning } from "../../course.js";
import { fill } from "../../dom.js";
import { span } from "../../format.js";
import { progressView } from "../parts/progress.js";
import { resultView } from "../parts/result.js";
import { stoppedView } from "../parts/stopped.js";

const TITLES = {
  running: "Importing",
  paused: "Paused",
  failed: "Import failed",
  interrupted: "Interrupted import",
  cancelled: "Cancelled",
  finished: "Imported",
};
const LEADS = {
  running: "You may close this page. The import goes on, and this address brings it back.",
  paused: "What the target has is written down. The import goes on where it stopped, and sends nothing twice.",
  failed: "What the target has is written down, if it can be gone on with.",
  interrupted: "What the target has is written down. The import goes on where it stopped, and sends nothing twice.",
  cancelled: "What was sent so far stays at the target: nothing can take samples back.",
};
const VIEWS = { running: progressView, finished: resultView, stopped: stoppedView };

/** The words at the top, by the state of the run. */
export function head({ run }, { follower }) {
  const { state = "running" } = run ?? {};
  const { done = 0, elapsed_s: seconds } = follower.snapshot ?? {};
  const tab = `${state === "running" ? `${Math.floor(done * 100)} % importing` : TITLES[state]}: vmexporter`;
  const took = seconds ? `It took ${span(Math.max(1, Math.round(seconds)) * 1000)}.` : "";
  return { title: TITLES[state] ?? "Import", lead: state === "finished" ? took : (LEADS[state] ?? ""), tab };
}

/** Show the step; it follows the run through its states. */
export function mount(root, app, signal) {
  let shown = "";
  let view = null;
  let viewing = new AbortController();
  signal.addEventListener("abort", () => viewing.abort());

  function draw() {
    const { run } = app.store.state;
    if (!run) {
      if (location.hash.startsWith("#/import")) app.go("check"); // the run is known to nobody any more
      return;
    }
    const kind = isRunning(app.store.state) ? "running" : run.state === "finished" ? "finished" : "stopped";
    const { snapshot } = app.follower;
    const key = `${kind} ${run.id} ${kind === "running" ? "" : run.state + Boolean(snapshot)}`;
    if (key !== shown) {
      viewing.abort();
      viewing = new AbortController();
      shown = key;
      view = VIEWS[kind](app, viewing.signal);
      fill(root, view.root);
      const address = `#/import/${encodeURIComponent(run.id)}`;
      if (location.hash !== address) history.replaceState(null, "", address);
    }
    view.update(app.follower);
    app.refresh(); // the bar is the view's
  }

  draw();
  app.store.on(draw, signal);
  return {
    back: () => false,
    words: (state) => view?.words?.(state),
    primary: (state) => view?.primary(state) ?? null,
  };
}
