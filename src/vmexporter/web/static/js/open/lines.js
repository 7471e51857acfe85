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

/**
 * The places of the lines of each of several *drawings*, for their look: a name has the same in all of them. Lines of the
 * first keep their order, whatever stands beside it; of lines of one name, the second is another than the first.
 */
export function placesOf(drawings) {
  const known = new Map();
  return drawings.map((lines) => {
    const seen = new Map();
    return lines.map(({ name }) => {
      const nth = seen.get(name) ?? 0;
      seen.set(name, nth + 1);
      const key = JSON.stringify([name, nth]);
      if (!known.has(key)) known.set(key, known.size);
      return known.get(key);
    });
  });
}

/** The parts of a legend: lines that all *drawings* have (only: null), then those that *only* the one of this index has. */
export function legendParts(drawings, places) {
  const names = new Map(drawings.flatMap((lines, side) => lines.map(({ name }, index) => [places[side][index], name])));
  const sidesOf = (place) => places.flatMap((some, side) => (some.includes(place) ? [side] : []));
  const parts = [null, ...drawings.keys()].map((only) => ({ only, lines: [] }));
  for (const [place, name] of [...names].sort(([one], [other]) => one - other)) {
    const sides = sidesOf(place);
    parts[sides.length === drawings.length ? 0 : sides[0] + 1].lines.push({ place, name });
  }
  return parts.filter(({ lines }) => lines.length);
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
