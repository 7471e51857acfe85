// Marking a part of the range: by dragging over the plot, or with two handles that take the arrow keys.

import { attribute, h } from "../dom.js";
import { utcText } from "../ranges.js";

const STEPS = 120;
const SMALLEST_MS = 1000;

/** The marked band and its handles. ``listen(plot)`` makes dragging on it mark; Escape takes the mark away. */
export function brush({ range, onMark, onEnter }) {
  const [start, end] = [range.start_ms, range.end_ms];
  const stepMs = Math.max(SMALLEST_MS, Math.round((end - start) / STEPS / 1000) * 1000);
  const band = h("div.band", { hidden: true });
  const handles = [
    ["Start of the marked part", 0],
    ["End of the marked part", 1],
  ].map(([label, side]) =>
    h("div.handle", {
      role: "slider",
      tabindex: "0",
      "aria-label": label,
      "aria-orientation": "horizontal",
      "aria-valuemin": start,
      "aria-valuemax": end,
      onkeydown: (event) => key(event, side),
    }),
  );
  let mark = [start, end];

  function set(from, to) {
    mark = [Math.max(start, Math.min(from, to)), Math.min(end, Math.max(from, to))];
    show();
    onMark(mark[0] === start && mark[1] === end ? null : mark);
  }

  function show() {
    const percent = (ms) => `${(((ms - start) / (end - start)) * 100).toFixed(3)}%`;
    band.hidden = mark[0] === start && mark[1] === end;
    band.style.setProperty("left", percent(mark[0]));
    band.style.setProperty("right", `calc(100% - ${percent(mark[1])})`);
    handles.forEach((handle, side) => {
      handle.style.setProperty("left", percent(mark[side]));
      attribute(handle, "aria-valuenow", Math.round(mark[side]));
      attribute(handle, "aria-valuetext", `${utcText(Math.round(mark[side] / 1000) * 1000).slice(11, 19)} UTC`);
    });
  }

  function key(event, side) {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 }[event.key];
    const to = { Home: start, End: end }[event.key] ?? (by ? mark[side] + by * stepMs : null);
    if (event.key === "Escape") set(start, end);
    else if (event.key === "Enter") onEnter();
    else if (to === null) return;
    else if (side === 0) set(Math.min(Math.max(to, start), mark[1] - stepMs), mark[1]);
    else set(mark[0], Math.max(Math.min(to, end), mark[0] + stepMs));
    event.preventDefault();
  }

  function listen(plot) {
    let anchor = null;
    const momentOf = (event) => {
      const { left, width } = plot.getBoundingClientRect();
      return Math.round((start + ((event.clientX - left) / width) * (end - start)) / 1000) * 1000;
    };
    plot.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      anchor = momentOf(event);
      plot.setPointerCapture(event.pointerId);
    });
    plot.addEventListener("pointermove", (event) => {
      if (anchor !== null && Math.abs(momentOf(event) - anchor) >= SMALLEST_MS) set(anchor, momentOf(event));
    });
    const done = (event) => {
      if (anchor !== null && Math.abs(momentOf(event) - anchor) < SMALLEST_MS) set(start, end);
      anchor = null;
    };
    plot.addEventListener("pointerup", done);
    plot.addEventListener("pointercancel", () => (anchor = null));
  }

  show();
  return { root: h("div.brush", { role: "group", "aria-label": "Mark a part of the range" }, band, handles), listen };
}
