// One chart: fetched when it comes into sight, drawn anew when the zoom changes; the arrow keys read it, too.

import { attribute, fill, h, state } from "../dom.js";
import { sentence } from "../format.js";
import { failed } from "../parts/asking.js";
import { drawLines } from "./canvas.js";
import { legend } from "./legend.js";
import { valuesAt } from "./lines.js";
import { clock, moment, shown, UNIT_WORDS } from "./values.js";

const TIP_LINES = 8;
const TICKS = 4;

/** The figure of a chart: {id, title, unit, why, min_version, body: what to ask for}. *app* knows zoom and marks. */
export function chartFigure(app, { id, title, unit, why, min_version, body }, signal, heading = "h3") {
  const content = h("div.body", null, state("loading", "Reading"));
  const link = h("a.push", { target: "_blank", rel: "noopener", hidden: true }, "vmui", h("span.vh", null, `, ${title}`));
  const head = h("header", null, h(heading, { id: `t-${id}` }, title), unitWords(unit), link);
  const root = h("figure.panel.bare", { id: `c-${id}`, "aria-labelledby": `t-${id}` }, head);
  if (why) root.append(h("p.why", null, sentence(why)));
  root.append(content);
  let drawing = new AbortController();
  let isSeen = false;

  async function load() {
    drawing.abort();
    drawing = new AbortController();
    const mine = AbortSignal.any([drawing.signal, signal]);
    try {
      const answer = await app.api.draw({ ...app.place.filter, ...body, zoom: app.place.zoom }, mine);
      if (mine.aborted) return;
      attribute(link, "href", app.vmui(answer.query));
      link.hidden = !app.vmui(answer.query);
      if (answer.lines.length) await drawn(app, { content, title, unit, answer }, mine);
      else fill(content, emptiness(answer.empty, min_version));
    } catch (error) {
      if (mine.aborted || !("status" in error)) return;
      fill(content, failed(error, () => void load()));
    }
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

function emptiness(empty, minVersion) {
  if (empty === "older") {
    return state("empty", "Not in this version", `These metrics came with v${minVersion}; the bundle's programs are older.`);
  }
  if (empty === "zero") return state("empty", "Nothing above zero", "All is well here, or nothing was measured.");
  return state("empty", "No data", "Nothing in this bundle answers this.");
}

async function drawn(app, { content, title, unit, answer }, signal) {
  const range = app.place.zoom ?? app.range;
  const holder = h("div.plot");
  const tip = h("div.tip", { hidden: true });
  const slider = h("div.plotbox", {
    tabindex: "0",
    role: "slider",
    "aria-label": `${title} over time`,
    "aria-valuemin": 0,
    "aria-valuemax": answer.times_ms.length - 1,
    "aria-valuenow": 0,
    "aria-valuetext": "Arrow keys read the chart",
  }, holder, tip);
  fill(content, slider);
  const isHere = () => slider.matches(":hover, :focus-visible");
  const cursor = (place) => showTip(tip, place === null || !isHere() ? null : place, { answer, unit });
  const on = { cursor, zoom: app.zoomTo, reset: app.resetZoom };
  const { times_ms: times, lines } = answer;
  const plot = await drawLines(holder, { times, lines, range, marks: app.marks, unit }, on, signal);
  if (!plot) return;
  const [bottom, top] = plot.scale;
  slider.append(
    h("div.y", { "aria-hidden": "true" }, [top, (bottom + top) / 2].map((value) => h("span", null, shown(value, unit)))),
  );
  content.append(ticks(range), legend(lines, (place) => plot.showAlone(place)));
  if (answer.left_out) content.append(h("p.hint", null, `${answer.left_out} more, all of them lower`));
  if (answer.partial) content.append(h("p.msg.is-bad", null, "A part of the server is down: lines may be missing"));
  readable(slider, { answer, unit, plot, app });
}

function ticks(range) {
  const length = range.end_ms - range.start_ms;
  const at = (place) => clock(range.start_ms + (length * place) / (TICKS - 1), range);
  return h("div.ticks", { "aria-hidden": "true" }, Array.from({ length: TICKS }, (_, place) => h("span", null, at(place))));
}

function showTip(tip, place, { answer, unit }) {
  tip.hidden = place === null;
  if (place === null) return;
  const found = valuesAt(answer.lines, place);
  const rows = found.slice(0, TIP_LINES).map(({ name, value }) =>
    h("li", null, h("span", null, name), h("span", null, shown(value, unit))),
  );
  const more = found.length > TIP_LINES ? h("li", null, h("span", null, `${found.length - TIP_LINES} more`)) : null;
  fill(tip, h("b", null, moment(answer.times_ms[place])), h("ul", null, rows, more));
  tip.classList.toggle("at-left", place > answer.times_ms.length / 2);
  tip.classList.toggle("at-right", place <= answer.times_ms.length / 2);
}

/** Arrow keys move the cursor, Enter begins and ends a part to zoom to, Escape shows all again. */
function readable(slider, { answer, unit, plot, app }) {
  const last = answer.times_ms.length - 1;
  let place = 0;
  let begun = null;
  const keys = {
    ArrowLeft: () => go(place - 1),
    ArrowRight: () => go(place + 1),
    PageUp: () => go(place - 10),
    PageDown: () => go(place + 10),
    Home: () => go(0),
    End: () => go(last),
    Escape: () => app.resetZoom(),
    Enter() {
      if (begun === null) begun = place;
      else if (begun !== place) app.zoomTo(...[begun, place].sort((a, b) => a - b).map((one) => answer.times_ms[one]));
      say(begun === null ? "" : "Zoom begins here, Enter ends it. ");
    },
  };
  function go(next) {
    place = Math.min(last, Math.max(0, next));
    plot.moveTo(place);
    say();
  }
  function say(before = "") {
    const values = valuesAt(answer.lines, place).slice(0, TIP_LINES);
    const words = values.map(({ name, value }) => `${name} ${shown(value, unit)}`).join("; ");
    attribute(slider, "aria-valuenow", place);
    attribute(slider, "aria-valuetext", `${before}${moment(answer.times_ms[place])}: ${words || "no value"}`);
  }
  slider.addEventListener("keydown", (event) => {
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  slider.addEventListener("blur", () => plot.moveTo(null));
}
