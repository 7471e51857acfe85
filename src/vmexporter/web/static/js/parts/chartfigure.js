// The chart of ingested rows per second over the range, in which a part can be marked and taken as the new range.

import { button, fill, h, state } from "../dom.js";
import { count } from "../format.js";
import { questionBody } from "../request.js";
import { utcText } from "../ranges.js";
import { localZone, wallText } from "../zones.js";
import { failed } from "./asking.js";
import { brush } from "./brush.js";
import { createPlot } from "./plot.js";

/** The figure; *on* is told: onMark([from, to] or null), onChart(data), again() after the range was changed. */
export function chartFigure(app, signal, key, { onMark, onChart, again }) {
  const { store } = app;
  const { start_ms, end_ms } = store.state.range;
  const words = h("span.push.small.soft", { role: "status" });
  const narrow = button("Narrow", () => marked && take(...marked), "sm", { hidden: true });
  const whole = button("Whole range", () => take(...app.cache.wholeRange, true), "sm", {
    hidden: !app.cache.wholeRange,
  });
  const box = h("div.plotbox");
  const root = h(
    "figure",
    { "aria-labelledby": "ch" },
    h("figcaption.row", null, h("h2#ch", null, "Ingested rows/s"), words, narrow, whole),
    box,
  );
  let marked = null;
  let hovered = "";

  function mark(next) {
    marked = next;
    narrow.hidden = !next;
    say();
    onMark(next);
  }

  function say() {
    const clock = (ms) => utcText(ms).slice(11, end_ms - start_ms < 3_600_000 ? 19 : 16);
    words.textContent = marked ? `${clock(marked[0])} to ${clock(marked[1])}` : hovered;
  }

  /** The range becomes the marked part; the whole of before is a click away. */
  function take(from, to, isWhole = false) {
    app.cache.wholeRange = isWhole ? null : (app.cache.wholeRange ?? [start_ms, end_ms]);
    const zone = store.state.range.zone || localZone();
    const [start, end] = [Math.round(from), Math.round(to)];
    store.patch("range", {
      preset: "",
      from: wallText(start, zone),
      to: wallText(end, zone),
      start_ms: start,
      end_ms: end,
      problem: null,
    });
    again();
    document.getElementById("main").focus({ preventScroll: true });
  }

  async function load() {
    fill(box, state("loading", "Reading the chart"));
    try {
      if (app.cache.chart?.key !== key) {
        const answer = await app.api.chart(questionBody(store.state, store.secrets()), signal);
        app.cache.chart = { key, answer };
        if (!signal.aborted) onChart(answer);
      }
      if (!signal.aborted) await draw(app.cache.chart.answer);
    } catch (error) {
      if (signal.aborted || !("status" in error)) return;
      fill(
        box,
        failed(error, () => void load()),
      );
    }
  }

  async function draw({ times_ms, rows_per_s }) {
    if (!rows_per_s.some((value) => value !== null)) {
      fill(
        box,
        state(
          "empty",
          "No ingestion to show",
          "None of these components takes in rows, or they were not scraped. A part of the range can be marked all the same.",
        ),
      );
      box.append(brush({ range: { start_ms, end_ms }, onMark: mark, onEnter: () => marked && take(...marked) }).root);
      return;
    }
    const holder = h("div.plot");
    fill(box, holder);
    const plot = await createPlot(
      holder,
      { times: times_ms, values: rows_per_s, range: [start_ms, end_ms] },
      signal,
      (ms, value) => {
        hovered = ms === null || value === null ? "" : `${count(value)} at ${utcText(ms).slice(11, 19)} UTC`;
        say();
      },
    );
    if (signal.aborted) return;
    const control = brush({ range: { start_ms, end_ms }, onMark: mark, onEnter: () => marked && take(...marked) });
    box.append(
      h("div.y", { "aria-hidden": "true" }, h("span", null, count(plot.top)), h("span", null, count(plot.top / 2))),
      control.root,
    );
    control.listen(holder);
    holder.setAttribute("role", "img");
    holder.setAttribute("aria-label", description(rows_per_s));
  }

  void load();
  return { root };
}

function description(values) {
  const known = values.filter((value) => value !== null);
  return `Between ${count(Math.min(...known))} and ${count(Math.max(...known))} rows per second. Drag to mark a part of the range, or move its start and end with the arrow keys`;
}
