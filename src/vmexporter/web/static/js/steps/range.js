// Step 2: a range of time, typed in any zone, sent in UTC.

import { fill, h } from "../dom.js";
import { parseMoment } from "../moments.js";
import { field, onEnter } from "../parts/field.js";
import { ruler } from "../parts/ruler.js";
import { zoneField } from "../parts/zonefield.js";
import { PRESETS, presetRange, rangeWords, utcRange } from "../ranges.js";
import { localZone, wallText } from "../zones.js";

/** The words at the top. */
export const head = () => ({
  title: "Time range",
  lead: "Take the trouble itself and an hour before it, so that support sees the normal state too.",
});

/** Show the step. */
export function mount(root, app, signal) {
  const { store } = app;
  const zone = () => store.state.range.zone || localZone();
  const from = field({
    id: "from",
    label: "From",
    hint: "now-6h and Unix times work too",
    oninput: () => typed(),
    onblur: () => left(),
  });
  const to = field({ id: "to", label: "To", oninput: () => typed(), onblur: () => left() });
  const zones = zoneField(zone(), () => store.state.range.end_ms || app.nowMs(), pickZone);
  const chips = presetChips(store.state.range.preset, pickPreset);
  const words = h("section.panel", { "aria-labelledby": "words" });
  fill(
    root,
    h(
      "form.stack-l",
      onEnter(() => left(true)),
      chips.root,
      h("div.g3", null, from.root, to.root, zones.root),
      words,
    ),
  );

  function pickPreset(preset) {
    app.cache.wholeRange = null;
    store.patch("range", presetRange(preset, app.nowMs()));
    write();
  }

  /** Presets are moments, which another zone only writes differently; what was typed is a clock's time in the zone. */
  function pickZone(picked) {
    store.patch("range", { zone: picked === localZone() ? "" : picked });
    if (store.state.range.preset) write();
    else typed();
    zones.show(picked);
  }

  function write() {
    const { start_ms, end_ms } = store.state.range;
    from.input.value = wallText(start_ms, zone());
    to.input.value = wallText(end_ms, zone());
    store.patch("range", { from: from.input.value, to: to.input.value });
    from.say();
    to.say();
    draw();
  }

  /** Text that was read already is not read again: "now-6h" means the now in which it was typed. */
  function typed(isEntered = false) {
    const { range } = store.state;
    const given = { from: from.input.value, to: to.input.value };
    const now = app.nowMs();
    const [start, end] = [given.from, given.to].map((text) => parseMoment(text, now, zone()));
    const key = `${given.from}\n${given.to}\n${zone()}`;
    if (key !== read || range.preset) {
      const times = { start_ms: start.ms ?? 0, end_ms: end.ms ?? 0, problem: problemOf(start, end, now) };
      store.patch("range", { preset: "", ...given, ...times });
      read = key;
      app.cache.wholeRange = null;
      chips.show("");
      draw();
    }
    say(from, "from", start, isEntered);
    say(to, "to", end, isEntered);
  }

  function left(isEntered = false) {
    if (!store.state.range.preset) typed(isEntered);
  }

  /** Wrong only after leaving the field; right at once. */
  function say(input, id, moment, isEntered) {
    const { problem } = store.state.range;
    const why = problem?.field === id ? problem.why : whyNot(id, moment);
    if (why && (isEntered || document.activeElement !== input.input)) input.say("bad", why);
    else if (moment.note && !why) input.say("ok", moment.note);
    else input.say();
  }

  function draw() {
    const { start_ms, end_ms, problem } = store.state.range;
    words.hidden = Boolean(problem);
    if (problem) return;
    fill(
      words,
      h(
        "div.body.stack",
        null,
        h("h2#words", null, rangeWords(start_ms, end_ms, zone())),
        ruler(start_ms, end_ms, zone()),
        h(
          "dl.kv",
          null,
          h("dt", null, "Sent to the server"),
          h("dd.mono", { id: "utc" }, utcRange(start_ms, end_ms)),
          h("dt", null, "Both ends"),
          h("dd", null, "included, to the millisecond"),
          h("dt", null, "Read in"),
          h("dd", null, "windows, of which each is whole or absent"),
        ),
      ),
    );
  }

  const { range } = store.state;
  let read = `${range.from}\n${range.to}\n${zone()}`;
  if (range.preset && !store.state.test) {
    pickPreset(range.preset); // "last" means: until now, while nothing depends on it
  } else {
    from.input.value = range.from;
    to.input.value = range.to;
    left();
    draw();
  }
  signal.addEventListener("abort", () => zones.stop());
}

function problemOf(start, end, nowMs) {
  if (start.error) return { field: "from", why: whyNot("from", start) };
  if (end.error) return { field: "to", why: whyNot("to", end) };
  if (start.ms >= end.ms) return { field: "to", why: "The end has to be after the start, not before or at it" };
  if (start.ms > nowMs) return { field: "from", why: "The range lies in the future" };
  return null;
}

/** What is wrong with one end by itself, or null. */
function whyNot(id, { error = null }) {
  return error === "Empty" ? { from: "A start is needed", to: "An end is needed" }[id] : error;
}

function presetChips(chosen, pick) {
  const inputs = PRESETS.map(([name]) =>
    h("input", {
      type: "radio",
      name: "preset",
      value: name,
      checked: name === chosen,
      onchange: () => pick(name),
      onclick: () => pick(name),
    }),
  );
  const root = h(
    "fieldset",
    null,
    h("legend.label", null, "Last"),
    h(
      "div.chips",
      null,
      inputs.map((input) => h("label", null, input, h("span", null, input.value))),
    ),
  );
  const show = (name) => inputs.forEach((input) => (input.checked = input.value === name));
  return { root, show };
}
