// The chosen range at the end of twice its length, with the clocks of the zone above and of UTC below.

import { h } from "../dom.js";
import { ticks } from "../ranges.js";
import { zoneCity } from "../zones.js";

const TICKS = 7;
const WIDTH = 1440;

/** The ruler of a range. */
export function ruler(startMs, endMs, zone) {
  const beginMs = startMs - (endMs - startMs);
  const scale = (name, of) => [
    h("span", null, name),
    h(
      "div.ticks",
      null,
      ticks(beginMs, endMs, of, TICKS).map((words, place) =>
        h(
          "span",
          { class: place % 3 ? "n-hide" : "" },
          place === 3 || place === TICKS - 1 ? h("b", null, words) : words,
        ),
      ),
    ),
  ];
  return h("div.ruler", null, scale(zoneCity(zone), zone), drawing(), zone === "UTC" ? null : scale("UTC", "UTC"));
}

function drawing() {
  const marks = (from, to) =>
    Array.from({ length: 24 }, (_, place) => place)
      .filter((place) => place > from && place < to)
      .map((place) => `M${place * 60} ${place % 4 ? 26 : 12}V36`)
      .join("");
  return h(
    "svg.plot",
    {
      viewBox: `0 0 ${WIDTH} 36`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": "The chosen range is the second half of this ruler",
    },
    h("rect.track", { width: WIDTH, height: 36 }),
    h("rect.pick", { x: WIDTH / 2, width: WIDTH / 2, height: 36 }),
    h("path.hours", { d: marks(0, 12) }),
    h("path.hours.in", { d: marks(12, 24) }),
  );
}
