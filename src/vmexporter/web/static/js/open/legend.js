// The names of a chart's lines; one that is pressed is shown alone.

import { attribute, h } from "../dom.js";
import { lookOf } from "./lines.js";

const AT_ONCE = 6;
const AT_ONCE_OF_SEVERAL = 4; // parts stand one below the other

/**
 * The legend of *parts*, {lines: [{name, place}], words: whose plot alone has them, or ""}; *showAlone* is told the place of
 * the line that was pressed, or null for all of them.
 */
export function legend(parts, showAlone) {
  const buttons = new Map();
  let pressed = null;
  function press(place) {
    pressed = pressed === place ? null : place;
    for (const [other, button] of buttons) attribute(button, "aria-pressed", String(pressed === other));
    showAlone(pressed);
  }
  function button({ name, place }) {
    const { colour, dash } = lookOf(place);
    const sample = h(`path.c${colour}`, { d: "M0 4h14", "stroke-dasharray": dash.join(" ") || null });
    const swatch = h("svg", { viewBox: "0 0 14 8", "aria-hidden": "true" }, sample);
    const made = h("button", { type: "button", "aria-pressed": "false", onclick: () => press(place) }, swatch, name);
    buttons.set(place, made);
    return made;
  }
  const atOnce = parts.length > 1 ? AT_ONCE_OF_SEVERAL : AT_ONCE;
  return h("div", null, parts.map(({ lines, words }) => part(lines.map(button), words, atOnce)));
}

function part(buttons, words, atOnce) {
  const list = (some) => h("ul.legend", null, some.map((button) => h("li", null, button)));
  const caption = words ? h("p.legend-of", null, `Only in the plot of ${words}`) : null;
  const isLong = buttons.length > atOnce + 1;
  const first = list(isLong ? buttons.slice(0, atOnce) : buttons);
  if (!words) first.classList.add("mts");
  const rest = buttons.slice(atOnce);
  return [caption, first, isLong ? h("details.more", null, h("summary", null, `${rest.length} more lines`), list(rest)) : null];
}
