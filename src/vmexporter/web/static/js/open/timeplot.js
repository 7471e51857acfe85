// One plot of a chart: lines over the range of one bundle, with its axes; the arrow keys read it, too.

import { attribute, fill, h } from "../dom.js";
import { plural } from "../format.js";
import { drawLines } from "./canvas.js";
import { valuesAt } from "./lines.js";
import { partOf } from "./sides.js";
import { clock, moment, shown } from "./values.js";

const TIP_LINES = 8;
const TICKS = 4;

/**
 * The plot of {side, answer, places: of the lines' looks, words: its name, unit, scale}: its elements, and ``draw``, to be
 * called once they are on the page. What is drawn is on the clock of the first bundle: cursor and zoom are the page's.
 */
export function timePlot(app, given, signal) {
  const { side, answer, places, words, unit, scale } = given;
  const range = partOf(side, app.place.zoom);
  const holder = h("div.plot");
  const tip = h("div.tip", { hidden: true });
  const slider = h("div.plotbox", {
    tabindex: "0",
    role: "slider",
    "aria-label": words,
    "aria-valuemin": 0,
    "aria-valuemax": answer.times_ms.length - 1,
    "aria-valuenow": 0,
    "aria-valuetext": "Arrow keys read the chart",
  }, holder, tip, levels(scale, unit));
  const isHere = () => slider.matches(":hover, :focus-visible");
  const cursor = (index) => showTip(tip, index === null || !isHere() ? null : index, { answer, unit });
  const onFirst = (ms) => ms - side.lag_ms;

  async function draw() {
    const drawing = {
      times: answer.times_ms.map(onFirst),
      lines: answer.lines,
      places,
      range: { start_ms: onFirst(range.start_ms), end_ms: onFirst(range.end_ms) },
      marks: side.overview.marks.map(({ at_ms }) => ({ at_ms: onFirst(at_ms) })),
      scale,
    };
    const plot = await drawLines(holder, drawing, { cursor, zoom: app.zoomTo, reset: app.resetZoom }, signal);
    if (plot) readable(slider, { answer, unit, plot, app, times: drawing.times });
    return plot;
  }

  const more = [
    answer.left_out ? h("p.hint", null, `${plural(answer.left_out, "more line")}, all of them lower`) : null,
    answer.partial ? h("p.msg.is-bad", null, "A part of the server is down: lines may be missing") : null,
  ];
  return { elements: [slider, ticks(range), more], draw };
}

function levels([bottom, top], unit) {
  return h("div.y", { "aria-hidden": "true" }, [top, (bottom + top) / 2].map((value) => h("span", null, shown(value, unit))));
}

function ticks(range) {
  const length = range.end_ms - range.start_ms;
  const at = (place) => clock(range.start_ms + (length * place) / (TICKS - 1), range);
  return h("div.ticks", { "aria-hidden": "true" }, Array.from({ length: TICKS }, (_, place) => h("span", null, at(place))));
}

function showTip(tip, index, { answer, unit }) {
  tip.hidden = index === null;
  if (index === null) return;
  const found = valuesAt(answer.lines, index);
  const rows = found.slice(0, TIP_LINES).map(({ name, value }) =>
    h("li", null, h("span", null, name), h("span", null, shown(value, unit))),
  );
  const more = found.length > TIP_LINES ? h("li", null, h("span", null, `${found.length - TIP_LINES} more`)) : null;
  fill(tip, h("b", null, moment(answer.times_ms[index])), h("ul", null, rows, more));
  tip.classList.toggle("at-left", index > answer.times_ms.length / 2);
  tip.classList.toggle("at-right", index <= answer.times_ms.length / 2);
}

/** Arrow keys move the cursor, Enter begins and ends a part to zoom to, Escape shows all again. */
function readable(slider, { answer, unit, plot, app, times }) {
  const last = answer.times_ms.length - 1;
  let index = 0;
  let begun = null;
  const keys = {
    ArrowLeft: () => go(index - 1),
    ArrowRight: () => go(index + 1),
    PageUp: () => go(index - 10),
    PageDown: () => go(index + 10),
    Home: () => go(0),
    End: () => go(last),
    Escape: () => app.resetZoom(),
    Enter() {
      if (begun === null) begun = index;
      else if (begun !== index) app.zoomTo(...[begun, index].sort((a, b) => a - b).map((one) => times[one]));
      say(begun === null ? "" : "Zoom begins here, Enter ends it. ");
    },
  };
  function go(next) {
    index = Math.min(last, Math.max(0, next));
    plot.moveTo(index);
    say();
  }
  function say(before = "") {
    const values = valuesAt(answer.lines, index).slice(0, TIP_LINES);
    const words = values.map(({ name, value }) => `${name} ${shown(value, unit)}`).join("; ");
    attribute(slider, "aria-valuenow", index);
    attribute(slider, "aria-valuetext", `${before}${moment(answer.times_ms[index])}: ${words || "no value"}`);
  }
  slider.addEventListener("keydown", (event) => {
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  slider.addEventListener("blur", () => plot.moveTo(null));
}
