// What a lane shows, in words: when a target was first and last seen, and when it was down between. Pure.

import { clockIn } from "../ranges.js";

const SHOWN_GAPS = 3;

/** ``08:44:30 to 08:58:25``, of the first sample and the last. */
export function seenWords({ first_ms: first, last_ms: last }, range) {
  return `${clockIn(range, first)} to ${clockIn(range, last)}`;
}

/** ``Seen 08:44:30 to 08:58:25 UTC, down 08:50 to 08:52``: nothing is said of what nobody recorded. */
export function laneWords(node, downs, range) {
  const gaps = downs
    .slice(0, SHOWN_GAPS)
    .map(([from, to]) => `${clockIn(range, from, true)} to ${clockIn(range, to, true)}`);
  const who = node.leaves.length > 1 ? "one or another down" : "down";
  const more = downs.length > SHOWN_GAPS ? " and more" : "";
  return `Seen ${seenWords(node, range)} UTC, ${gaps.length ? `${who} ${gaps.join(", ")}${more}` : "without a gap"}`;
}
