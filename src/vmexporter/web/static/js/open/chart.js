// One chart: fetched when it comes into sight, drawn anew when the zoom changes; of two bundles a plot each, to one scale.

import { fill, h, state } from "../dom.js";
import { sentence } from "../format.js";
import { failed } from "../parts/asking.js";
import { legend } from "./legend.js";
import { legendParts, placesOf, scaleOf } from "./lines.js";
import { lacking, partOf } from "./sides.js";
import { timePlot } from "./timeplot.js";
import { moment, UNIT_WORDS } from "./values.js";

/** The figure of a chart: {id, title, unit, why, min_version, body: what to ask for}. *app* knows zoom and sides. */
export function chartFigure(app, shown, signal, heading = "h3") {
  const { id, title, unit, why, body } = shown;
  const content = h("div.body", null, state("loading", "Reading"));
  const corner = h("span.push");
  const head = h("header", null, h(heading, { id: `t-${id}` }, title), unitWords(unit), corner);
  const root = h("figure.panel.bare", { id: `c-${id}`, "aria-labelledby": `t-${id}` }, head);
  if (why) root.append(h("p.why", null, sentence(why)));
  root.append(content);
  let drawing = new AbortController();
  let isSeen = false;

  async function load() {
    drawing.abort();
    drawing = new AbortController();
    const mine = AbortSignal.any([drawing.signal, signal]);
    const answers = await Promise.all(app.sides.map((side) => ask(app, side, body, mine)));
    if (mine.aborted) return;
    await show(app, { ...shown, content, corner, answers, again: () => void load() }, mine);
  }

  const sight = new IntersectionObserver((entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    sight.disconnect();
    isSeen = true;
    void load();
  }, { rootMargin: "200px" });
  sight.observe(root);
  signal.addEventListener("abort", () => sight.disconnect());
  app.onZoom(() => isSeen && void load(), signal);
  return root;
}

function unitWords(unit) {
  return UNIT_WORDS[unit] ? h("span.unit.muted.small", null, UNIT_WORDS[unit]) : null;
}

/** What a side has of a chart; in the place of lines, why there are none. */
async function ask(app, side, body, signal) {
  const { zoom } = app.place;
  const why = lacking(side, zoom);
  if (why) return { lines: [], why };
  try {
    return await app.api.draw({ ...side.filter, ...body, zoom: zoom && partOf(side, zoom) }, signal);
  } catch (error) {
    return { lines: [], error };
  }
}

/** Fill the figure: its plots, one below the other, and the legend that they share. */
async function show(app, { content, corner, answers, again, title, unit, min_version }, signal) {
  const sides = answers.map((answer, index) => ({ ...app.sides[index], answer }));
  const isOne = sides.length < 2;
  const drawings = answers.map(({ lines }) => lines);
  const places = placesOf(drawings);
  const scale = scaleOf(drawings.flat(), unit);
  const plots = [];

  function plotOf(side, index) {
    const { answer, name } = side;
    if (answer.error) return failed(answer.error, again);
    if (!answer.lines.length) return state("empty", ...emptiness(answer, min_version));
    const words = `${title} over time${isOne ? "" : `, ${name}`}`;
    const plot = timePlot(app, { side, answer, places: places[index], words, unit, scale }, signal);
    plots.push(plot);
    return plot.elements;
  }

  const links = sides.map((side) => vmui(app, side, isOne ? title : `${title}, ${side.name}`));
  const whose = (side, index) => (isOne ? null : h("p.whose", null, h("b", null, side.name), dayOf(side, app.place.zoom), links[index]));
  fill(corner, isOne ? links : null);
  refill(content, sides.map((side, index) => [whose(side, index), plotOf(side, index)]));
  const drawn = await Promise.all(plots.map((plot) => plot.draw()));
  if (signal.aborted || !drawn.length) return;
  const parts = legendParts(drawings, places).map(({ only, lines }) => ({ lines, words: only === null || isOne ? "" : sides[only].name }));
  content.append(legend(parts, (place) => drawn.forEach((plot) => plot.showAlone(place))));
}

/** Fill *content* anew; whoever reads one of its plots by keys goes on in the plot of the same name. */
function refill(content, children) {
  const held = content.contains(document.activeElement) && document.activeElement.ariaLabel;
  fill(content, children);
  const plots = held ? [...content.querySelectorAll(".plotbox")] : [];
  plots.find(({ ariaLabel }) => ariaLabel === held)?.focus({ preventScroll: true });
}

function vmui(app, side, words) {
  const href = app.vmui(side.answer.query, partOf(side, app.place.zoom));
  return href && h("a.push", { href, target: "_blank", rel: "noopener" }, "vmui", h("span.vh", null, `, ${words}`));
}

function dayOf(side, zoom) {
  return h("span.muted", null, moment(partOf(side, zoom).start_ms).slice(0, "2026-11-23".length));
}

/** Why there is no line: the fact, and what it means. */
function emptiness({ empty, why }, minVersion) {
  if (why) return [why.fact, why.more];
  if (empty === "older") {
    return ["Not in this version", `These metrics came with v${minVersion}; the bundle's programs are older.`];
  }
  if (empty === "zero") return ["Nothing above zero", "All is well here, or nothing was measured."];
  return ["No data", "Nothing in this bundle answers this."];
}
