// The look of a chart's lines: eight colours in order, dashes from the fifth line on, and a scale that reads well.

import { niceTop } from "../parts/nicetop.js";

const SPANS_S = [86_400, 3600, 60]; // hours read well as 1, 2 or 6, not as 5000 seconds
const COLOURS = 8;
const DASHES = [[], [6, 3], [2, 3], [10, 3, 2, 3]];

/** The class and token number of the line at *place*, and its dashes. */
export function lookOf(place) {
  const dash = place < 4 ? 0 : place < COLOURS ? 1 : 1 + (Math.floor(place / COLOURS) % (DASHES.length - 1));
  return { colour: (place % COLOURS) + 1, dash: DASHES[dash] };
}

/** The y range of *lines*: from zero, or from below it where values are, to a number that reads well in *unit*. */
export function scaleOf(lines, unit) {
  let [lowest, highest] = [0, 0];
  for (const { values } of lines) {
    for (const value of values) {
      if (value === null) continue;
      lowest = Math.min(lowest, value);
      highest = Math.max(highest, value);
    }
  }
  const top = highest > 0 ? upTo(highest * 1.05, unit) : lowest < 0 ? 0 : 1;
  return [lowest < 0 ? -upTo(-lowest * 1.05, unit) : 0, top];
}

function upTo(value, unit) {
  const size = (unit === "seconds" && SPANS_S.find((span) => value >= span)) || 1;
  return niceTop(value / size) * size;
}

/** The lines that have a value at the moment *place*, highest first. */
export function valuesAt(lines, place) {
  return lines
    .map(({ name, values }) => ({ name, value: values[place] }))
    .filter(({ value }) => value !== null && value !== undefined)
    .sort((one, other) => other.value - one.value);
}
