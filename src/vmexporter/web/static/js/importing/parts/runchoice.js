// Imports that run or were interrupted: to look at them again, or to go on.

import { button, fill, h } from "../../dom.js";
import { utcText } from "../../ranges.js";

const NAMES = { running: "Running import", paused: "Paused import", failed: "Failed import" };

/** Fill *section* with those that are not over; it stays hidden if there are none. */
export async function runChoice(section, app, signal) {
  const { runs } = await app.imports.runs(signal).catch(() => ({ runs: [] }));
  if (signal.aborted) return;
  const open = runs.filter((run) => run.state === "running" || run.resumable);
  section.hidden = !open.length;
  fill(
    section,
    h("h2#open-runs", null, "Or go on with an import"),
    h(
      "ul.rows.mts",
      null,
      open.map((run) => row(run, app)),
    ),
  );
}

function row(run, app) {
  const isRunning = run.state === "running";
  const when = isRunning
    ? `${Math.floor(run.done * 100)} %`
    : `stopped ${utcText(run.ended_ms ?? run.created_ms)
        .slice(0, 16)
        .replace("T", " ")} UTC`;
  return h(
    "li",
    null,
    h(
      "p",
      null,
      h("b", null, NAMES[run.state] ?? "Interrupted import"),
      h("small", null, [run.file_name, run.server && `to ${run.server}`, when].filter(Boolean).join(", ")),
    ),
    button(isRunning ? "Show" : "Continue", () => app.go("import", `/${encodeURIComponent(run.id)}`), "sm"),
  );
}
