// When a target was there, on the axis of the chart above: a bar, with its gaps told by colour and by height.

import { h } from "../dom.js";
import { laneWords } from "./lanewords.js";

const WIDTH = 720;
const THINNEST = 2;

/** The cell with the lane of *node* over *range*, and the marked part of the chart if there is one. */
export function laneCell(node, range, mark) {
  const downs = node.downs.filter(([from, to]) => to >= range.start_ms && from <= range.end_ms);
  const words = laneWords(node, downs, range);
  return h("td.full", { title: words }, lane(node, range, mark, { downs, words }));
}

function lane(node, range, mark, { downs, words }) {
  const at = (ms) => Math.min(WIDTH, Math.max(0, ((ms - range.start_ms) / (range.end_ms - range.start_ms)) * WIDTH));
  const bar = (from, to, kind) => {
    const [y, height] = kind === "on" ? [14, 6] : [10, 14];
    return h(`rect.${kind}`, {
      x: at(from).toFixed(2),
      y,
      width: Math.max(THINNEST, at(to) - at(from)).toFixed(2),
      height,
    });
  };
  const ups = between(
    downs,
    Math.max(node.first_ms ?? range.start_ms, range.start_ms),
    Math.min(lastSeen(node, range), range.end_ms),
  );
  const drawing = h(
    "svg.lane",
    { viewBox: `0 0 ${WIDTH} 34`, preserveAspectRatio: "none", role: "img", "aria-label": words },
    ups.map(([from, to]) => bar(from, to, "on")),
    downs.map(([from, to]) => bar(from, to, "off")),
    h("g", null, h("rect.mark-in", { height: 34 }), h("path.mark-edge")),
  );
  moveMark(drawing, range, mark);
  return drawing;
}

/** A target's last sample lies up to an interval before the range's end: that is no gap. */
function lastSeen(node, range) {
  const slack = Math.max(30_000, (range.end_ms - range.start_ms) / 100);
  return range.end_ms - (node.last_ms ?? range.end_ms) < slack ? range.end_ms : node.last_ms;
}

function between(downs, start, end) {
  const ups = [];
  let from = start;
  for (const [downFrom, downTo] of downs) {
    if (downFrom > from) ups.push([from, Math.min(downFrom, end)]);
    from = Math.max(from, downTo);
  }
  if (from < end) ups.push([from, end]);
  return ups;
}

/** Move the mark of a lane to *mark*, [from, to] in milliseconds, or away. */
export function moveMark(drawing, range, mark) {
  const [rect, edge] = drawing.lastChild.children;
  drawing.lastChild.setAttribute("display", mark ? "inline" : "none");
  if (!mark) return;
  const [from, to] = mark.map((ms) => (((ms - range.start_ms) / (range.end_ms - range.start_ms)) * WIDTH).toFixed(2));
  rect.setAttribute("x", from);
  rect.setAttribute("width", String(Math.max(0, to - from)));
  edge.setAttribute("d", `M${from} 0v34M${to} 0v34`);
}
