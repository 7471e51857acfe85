// A line over time by uPlot (vendored), in the colours of the tokens, without a gutter: lanes below share its width.

import { h } from "../dom.js";
import { onTheme } from "../theme.js";
import { niceTop } from "./nicetop.js";

const SOURCE = "vendor/uPlot/uPlot.iife.min.js";
let loading = null; // the library is fetched when the first chart needs it

/** uPlot itself, once. */
export function library() {
  loading ??= new Promise((resolve, reject) => {
    document.head.append(
      h("link", { rel: "stylesheet", href: "vendor/uPlot/uPlot.min.css" }),
      h("script", { src: SOURCE, onload: () => resolve(globalThis.uPlot), onerror: reject }),
    );
  });
  return loading;
}

/** Draw *values* over *times* (ms) into *holder*; *onCursor* gets the moment and value under the pointer, or nulls. */
export async function createPlot(holder, { times, values, range }, signal, onCursor) {
  const UPlot = await library();
  const top = niceTop(Math.max(...values.filter((value) => value !== null)) * 1.05);
  let plot = null;
  if (signal.aborted) return { top };
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const draw = () => {
    plot?.destroy();
    const { width, height } = holder.getBoundingClientRect();
    plot = new UPlot(
      {
        width: Math.max(50, Math.floor(width)),
        height: Math.max(50, Math.floor(height)),
        padding: [0, 0, 0, 0],
        legend: { show: false },
        scales: { x: { time: false, range: () => range }, y: { range: () => [0, top] } },
        axes: [
          { show: false },
          {
            size: 0,
            gap: 0,
            values: () => [],
            splits: () => [top / 2, top],
            ticks: { show: false },
            grid: { stroke: token("--chart-grid"), width: 1 },
          },
        ],
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
        series: [
          {},
          { stroke: token("--chart-1"), fill: token("--chart-fill"), width: 1.5, points: { show: values.length < 3 } },
        ],
        hooks: {
          setCursor: [
            ({ cursor: { idx, left } }) =>
              idx === null || idx === undefined || left < 0 ? onCursor(null, null) : onCursor(times[idx], values[idx]),
          ],
        },
      },
      [times, values],
      holder,
    );
  };
  draw();
  onTheme(draw, signal);
  const resized = new ResizeObserver(() => {
    const { width, height } = holder.getBoundingClientRect();
    if (width && height) plot.setSize({ width: Math.floor(width), height: Math.floor(height) });
  });
  resized.observe(holder);
  signal.addEventListener("abort", () => {
    resized.disconnect();
    plot.destroy();
  });
  return { top };
}
