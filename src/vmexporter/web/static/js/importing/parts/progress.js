// An import that runs: how far it is, how fast, what the target asked to wait for, and what happened on the way.

import { attribute, fill, h, note } from "../../dom.js";
import { bytes, clock, count, exact, span } from "../../format.js";
import { runLog } from "../../parts/runlog.js";
import { stopButtons } from "../../parts/stopbuttons.js";

const PHASES = {
  connecting: "Connecting",
  checking: "Reading the bundle",
  verifying: "All is sent. Counting what the target has",
};

/** The view; ``update(follower)`` brings it up to date. */
export function progressView(app) {
  const percent = h("b");
  const where = h("span.soft");
  const told = h("p.vh", { role: "status" });
  const filled = h("i");
  const bar = h(
    "div.meter",
    { role: "progressbar", "aria-label": "Sent", "aria-valuemin": 0, "aria-valuemax": 100 },
    filled,
  );
  const stats = h("dl.stats.ruled");
  const rule = h("span.grow");
  const trouble = h("div");
  const { acts, failure } = stopButtons(app, app.imports, "Cancel, what was sent stays there");
  const log = runLog();
  let tenth = -1;

  function update({ snapshot, events, problem }) {
    fill(trouble, problem ? h("div.offnote", null, note("warn", `${problem.message}.`, problem.hint)) : null);
    if (!snapshot) return;
    const value = Math.floor(snapshot.done * 100);
    const words = whereWords(snapshot);
    percent.textContent = `${value} %`;
    where.textContent = words;
    if (Math.floor(value / 10) !== tenth) {
      tenth = Math.floor(value / 10);
      told.textContent = `${value} %, ${words}`;
    }
    attribute(bar, "aria-valuenow", value);
    attribute(bar, "aria-valuetext", `${value} %, ${words}`);
    filled.style.inlineSize = `${value}%`;
    fill(stats, figures(snapshot));
    fill(
      rule,
      h("b", null, "Nothing is sent twice."),
      " What the target may have is read back before it is sent again.",
    );
    log.show(events);
  }

  const panel = h(
    "section.panel",
    { "aria-labelledby": "prog" },
    h("div.body", null, h("h2.vh#prog", null, "Progress"), h("div.big", null, percent, where), told, bar, stats),
    h("footer.row.ruled", null, rule, acts),
  );
  return {
    root: h("div", null, trouble, panel, failure, log.root),
    update,
    primary: () => null,
    words: () => "Steps 1 to 3 can be read, not changed, while the import runs",
  };
}

function whereWords({ phase, eta_s: eta, file_name: name }) {
  if (PHASES[phase]) return PHASES[phase];
  return eta === null ? name : `${name}, about ${span(Math.max(1, Math.round(eta)) * 1000)} left`;
}

function figures({
  samples,
  expected_samples: all,
  text_bytes_per_s: rate,
  at_once: atOnce,
  elapsed_s: elapsed,
  pauses,
}) {
  const cell = (name, value, more) =>
    h("div", null, h("dt", null, name), h("dd", null, value, more ? [" ", h("small", null, more)] : null));
  return [
    cell("Samples", count(samples), all ? `of ${count(all)}` : ""),
    cell("Rate", rate ? `${bytes(rate)}/s` : "none yet"),
    cell("At once", exact(atOnce), atOnce === 1 ? "request" : "requests"),
    cell("Pauses", exact(pauses)),
    cell("Elapsed", clock(elapsed)),
  ];
}
