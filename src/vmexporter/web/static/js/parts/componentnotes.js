// What stands above the tree of components: totals, and what is worth a look.

import { h, note } from "../dom.js";
import { bytes, count, exact, plural } from "../format.js";
import { clockIn } from "../ranges.js";

/** Totals of what is ticked. */
export function stats({ instances, of, series, samples, bytes: size }) {
  const cell = (name, ...words) => h("div", null, h("dt", null, name), h("dd", null, words));
  return [
    cell("Instances", exact(instances), instances === of ? null : [" ", h("small", null, `of ${exact(of)}`)]),
    cell("Series", count(series)),
    cell("Samples", count(samples)),
    cell("Bundle, about", size === null ? "unknown" : bytes(size)),
  ];
}

/** What the operator should know of what was found; *first* and *last* are the edges of what was recorded. */
export function notes(answer, roots, range, [first, last]) {
  const downs = roots.flatMap((root) => root.leaves).filter((leaf) => leaf.downs.length);
  const words = [];
  if (answer.partial)
    words.push(note("warn", "The server’s answer was incomplete.", "Components may be missing here."));
  const clock = (ms) => clockIn(range, ms, true);
  const nothing = [first && `before ${clock(first)}`, last && `after ${clock(last)}`].filter(Boolean).join(" and ");
  if (nothing)
    words.push(
      note("info", `Nothing was recorded ${nothing} UTC.`, "The server holds no sample of any of them there."),
    );
  for (const text of answer.notes ?? []) words.push(note("info", text));
  if (downs.length === 1) {
    const [from, to] = downs[0].downs[0];
    const times =
      downs[0].downs.length > 1 ? plural(downs[0].downs.length, "time") : `from ${clock(from)} to ${clock(to)} UTC`;
    words.push(
      note(
        "warn",
        `${downs[0].name} was down ${times}.`,
        `Keep ${downs[0].component}: this may be what support looks for.`,
      ),
    );
  } else if (downs.length) {
    words.push(
      note(
        "warn",
        `${plural(downs.length, "instance")} of ${exact(roots.flatMap((root) => root.leaves).length)} were down for a while.`,
        "Keep them: this may be what support looks for.",
      ),
    );
  }
  return words;
}
