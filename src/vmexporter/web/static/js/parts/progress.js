// An export that runs: how far it is, what was read and written, and what happened on the way.

import { attribute, fill, h, note } from "../dom.js";
import { bytes, clock, count, exact, span } from "../format.js";
import { ticks } from "../ranges.js";
import { runLog } from "./runlog.js";
import { stopButtons } from "./stopbuttons.js";
import { mergedCells } from "./windowcells.js";

const RUNGS = {
  export: ["Export API: exact.", "Every sample as the server holds it."],
  native: ["Native export: exact.", "Stored blocks as they are; only the names in front of them are rewritten."],
  raw: ["Raw samples by queries: exact.", "The export API is not there; every sample is read another way."],
  query_range: ["Values at steps.", "Neither export nor raw samples can be had for this."],
};
const PHASES = {
  connecting: "Connecting",
  discovering: "Finding components",
  auditing: "Searching the finished ZIP for private values",
};

/** The view; ``update(follower)`` brings it up to date. */
export function progressView(app) {
  const percent = h("b");
  const where = h("span.soft");
  const told = h("p.vh", { role: "status" });
  const windows = h("div.windows", {
    role: "progressbar",
    "aria-label": "Windows written",
    "aria-valuemin": 0,
    "aria-valuemax": 100,
  });
  const axis = h("div.ticks", { "aria-hidden": "true" });
  const stats = h("dl.stats.ruled");
  const rung = h("span.grow");
  const trouble = h("div");
  const log = runLog();
  const { acts, failure } = stopButtons(app, app.api, "Cancel and delete what was written");
  let tenth = -1;

  function update({ snapshot, events, problem }) {
    fill(trouble, problem ? h("div.offnote", null, note("warn", `${problem.message}.`, problem.hint)) : null);
    if (!snapshot) return;
    const { done, phase, time_range: range } = snapshot;
    const value = Math.floor(done * 100);
    percent.textContent = `${value} %`;
    where.textContent = whereWords(snapshot);
    if (Math.floor(value / 10) !== tenth) {
      tenth = Math.floor(value / 10);
      told.textContent = `${value} %, ${whereWords(snapshot)}`;
    }
    attribute(windows, "aria-valuenow", value);
    attribute(windows, "aria-valuetext", `${value} %, ${whereWords(snapshot)}`);
    cells(windows, mergedCells(snapshot.window_states, snapshot.window_lengths_ms));
    if (range && !axis.childNodes.length) {
      const words = ticks(range.start_ms, range.end_ms, "UTC", 5).map((text) => text.split(" ").at(-1));
      fill(
        axis,
        words.map((text, at) => h("span", { class: at % 2 ? "n-hide" : "" }, at === 4 ? `${text} UTC` : text)),
      );
    }
    fill(stats, figures(snapshot));
    const [fact, more] = RUNGS[snapshot.rung] ?? ["Not decided yet how to read.", ""];
    fill(rung, h("b", null, fact), " ", phase === "auditing" ? "" : more);
    log.show(events);
  }

  const root = h(
    "div",
    null,
    trouble,
    h(
      "section.panel",
      { "aria-labelledby": "prog" },
      h(
        "div.body",
        null,
        h("h2.vh#prog", null, "Progress"),
        h("div.big", null, percent, where),
        told,
        windows,
        axis,
        stats,
      ),
      h("footer.row.ruled", null, rung, acts),
    ),
    failure,
    log.root,
  );
  return {
    root,
    update,
    primary: () => null,
    words: () => "Steps 1 to 5 can be read, not changed, while the export runs",
  };
}

function whereWords({ phase, windows, windows_done: done, eta_s: eta }) {
  if (PHASES[phase]) return PHASES[phase];
  const at = windows ? `window ${Math.min(windows, done + 1)} of ${windows}` : "planning";
  return eta === null || eta === undefined ? at : `${at}, about ${span(Math.max(1, Math.round(eta)) * 1000)} left`;
}

function cells(windows, wanted) {
  if (windows.children.length !== wanted.length)
    fill(
      windows,
      wanted.map(() => h("i")),
    );
  wanted.forEach(({ state, ms }, at) => {
    const cell = windows.children[at]; // a new element would breathe anew
    const name = state === "todo" ? "" : state;
    if (cell.className !== name) cell.className = name;
    cell.style.flexGrow = String(ms);
  });
}

function figures(snapshot) {
  const {
    samples,
    estimated_samples: all,
    text_bytes: read,
    text_bytes_per_s: rate,
    bundle_bytes: written,
    elapsed_s: elapsed,
    retries,
  } = snapshot;
  const cell = (name, value, more) =>
    h("div", null, h("dt", null, name), h("dd", null, value, more ? [" ", h("small", null, more)] : null));
  return [
    cell("Samples", count(samples), all ? `of about ${count(all)}` : ""),
    cell("Read", bytes(read), rate ? `at ${bytes(rate)}/s` : ""),
    cell("Written", bytes(written)),
    cell("Elapsed", clock(elapsed)),
    cell("Retries", exact(retries)),
  ];
}
