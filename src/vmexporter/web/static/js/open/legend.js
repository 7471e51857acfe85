// The names of a chart's lines; one that is pressed is shown alone.

import { attribute, h } from "../dom.js";
import { lookOf } from "./lines.js";

const AT_ONCE = 6;

/** The legend of *lines*; *showAlone* is told the place of the line that was pressed, or null for all of them. */
export function legend(lines, showAlone) {
  let pressed = null;
  const buttons = lines.map(({ name }, place) => {
    const { colour, dash } = lookOf(place);
    const sample = h(`path.c${colour}`, { d: "M0 4h14", "stroke-dasharray": dash.join(" ") || null });
    const swatch = h("svg", { viewBox: "0 0 14 8", "aria-hidden": "true" }, sample);
    return h("button", { type: "button", "aria-pressed": "false", onclick: () => press(place) }, swatch, name);
  });
  function press(place) {
    pressed = pressed === place ? null : place;
    buttons.forEach((button, other) => attribute(button, "aria-pressed", String(pressed === other)));
    showAlone(pressed);
  }
  const list = (some) => h("ul.legend", null, some.map((button) => h("li", null, button)));
  const first = list(lines.length > AT_ONCE + 1 ? buttons.slice(0, AT_ONCE) : buttons);
  first.classList.add("mts");
  if (lines.length <= AT_ONCE + 1) return first;
  const rest = buttons.slice(AT_ONCE);
  return h("div", null, first, h("details.more", null, h("summary", null, `${rest.length} more lines`), list(rest)));
}
