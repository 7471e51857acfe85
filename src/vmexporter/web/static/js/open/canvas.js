// Lines over time by uPlot (vendored): cursor shared by all charts of the page, dashed marks, dragging selects.

import { library } from "../parts/plot.js";
import { onTheme } from "../theme.js";
import { lookOf } from "./lines.js";

const SHARED = "opened"; // the charts that have their cursor in common
const LEAST_PIXELS = 4; // a shorter drag is a click

/**
 * Draw {times, lines, places: of their looks, range, marks, scale} into *holder* until *signal* says stop. *on*: cursor(index
 * or null), zoom(from, to), reset(). The answer moves the cursor, and shows the line of one place alone.
 */
export async function drawLines(holder, { times, lines, places, range, marks, scale }, on, signal) {
  const UPlot = await library();
  if (signal.aborted) return null;
  let plot = null;
  let alone = null;
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const options = ({ width, height }) => ({
    width: Math.max(50, Math.floor(width)),
    height: Math.max(50, Math.floor(height)),
    padding: [2, 0, 2, 0], // a line at zero is a line, too
    legend: { show: false },
    scales: { x: { time: false, range: () => [range.start_ms, range.end_ms] }, y: { range: () => scale } },
    axes: [{ show: false }, grid(token("--chart-grid"), scale)],
    cursor: {
      y: false,
      points: { size: 6 },
      move: (self, left, top) => [left > self.over.clientWidth ? -10 : left, top], // another plot may go on for longer
      drag: { x: true, y: false, setScale: false },
      sync: { key: SHARED, scales: ["x", null], filters: { pub: (type) => type === "mousemove" || type === "mouseleave" } },
      bind: { dblclick: () => on.reset },
    },
    series: [{}, ...lines.map((line, index) => series(line, places[index], token, alone))],
    hooks: {
      draw: [(self) => drawMarks(self, marks, token("--chart-mark"))],
      setCursor: [({ cursor: { idx, left } }) => on.cursor(left >= 0 && idx !== null && idx !== undefined ? idx : null)],
      setSelect: [(self) => select(self, on.zoom)],
    },
  });

  function draw() {
    plot?.destroy();
    plot = new UPlot(options(holder.getBoundingClientRect()), [times, ...lines.map(({ values }) => values)], holder);
  }

  draw();
  onTheme(draw, signal);
  const resized = new ResizeObserver(([{ contentRect: { width, height } }]) => {
    if (width && height) plot.setSize({ width: Math.floor(width), height: Math.floor(height) });
  });
  resized.observe(holder);
  signal.addEventListener("abort", () => {
    resized.disconnect();
    plot.destroy();
  });
  return {
    moveTo: (index) =>
      plot.setCursor({ left: index === null ? -10 : plot.valToPos(times[index], "x"), top: 0 }, true, true),
    showAlone(place) {
      alone = place;
      places.forEach((other, index) => plot.setSeries(index + 1, { show: place === null || other === place }));
    },
  };
}

function grid(stroke, [bottom, top]) {
  return {
    size: 0,
    gap: 0,
    values: () => [],
    splits: () => [bottom, (bottom + top) / 2, top],
    ticks: { show: false },
    grid: { stroke, width: 1 },
  };
}

function series({ values }, place, token, alone) {
  const { colour, dash } = lookOf(place);
  const isAlone = values.filter((value) => value !== null).length < 3;
  return {
    show: alone === null || alone === place,
    stroke: token(`--chart-${colour}`),
    dash,
    width: 1.5,
    points: { show: isAlone },
  };
}

function select(self, zoom) {
  const { left, width } = self.select;
  if (width < LEAST_PIXELS) return;
  const [from, to] = [self.posToVal(left, "x"), self.posToVal(left + width, "x")];
  self.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
  zoom(from, to);
}

function drawMarks(self, marks, colour) {
  const { ctx, bbox } = self;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.beginPath();
  for (const { at_ms } of marks) {
    const x = Math.round(self.valToPos(at_ms, "x", true)) + 0.5;
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
  }
  ctx.stroke();
  ctx.restore();
}
