// One bundle, or two beside each other: which ones a place shows, and how the clock of the second meets that of the first.

import { listed } from "../format.js";
import { moment } from "./values.js";

/** The entries of *bundles* that a place shows, one or two; a name that several have gives way to the label. */
export function shownOf(bundles, { filter, beside }) {
  const first = bundles.find(({ label }) => label === filter.bundle) ?? bundles[0];
  const second = bundles.find(({ label }) => label === beside && label !== first.label);
  const isShared = (name) => bundles.filter((one) => one.name === name).length > 1;
  return (second ? [first, second] : [first]).map((one) => ({ ...one, name: isShared(one.name) ? one.label : one.name }));
}

/** What a place becomes when *bundle* is chosen: the one that was beside changes places with it. */
export function turned({ filter, beside }, bundles, bundle) {
  const [{ label: before }] = shownOf(bundles, { filter, beside });
  return { filter: { bundle, component: "", job: "", instance: "" }, beside: beside === bundle ? before : beside, zoom: null };
}

/**
 * How far *other* is ahead of *first* in ms when both are drawn on one clock: by nothing where they share at least half of
 * the shorter range, so that the same time stands at the same place; else from start to start.
 */
export function lagOf(first, other) {
  const shared = Math.min(first.end_ms, other.end_ms) - Math.max(first.start_ms, other.start_ms);
  const shorter = Math.min(...[first, other].map(({ start_ms, end_ms }) => end_ms - start_ms));
  return shared >= shorter / 2 ? 0 : other.start_ms - first.start_ms;
}

/** The part of a side's range that is shown; a zoom is on the clock of the first. */
export function partOf({ range, lag_ms: lag }, zoom) {
  return zoom ? { start_ms: zoom.start_ms + lag, end_ms: zoom.end_ms + lag } : range;
}

/** Why nothing of a side can be shown, as {fact, more}: no instance fits its filter, or its range is elsewhere. Null: it can. */
export function lacking({ filter, everyone, range, lag_ms }, zoom) {
  const wanted = ["component", "job", "instance"].filter((name) => filter[name]);
  if (!everyone.some((one) => wanted.every((name) => one[name] === filter[name]))) {
    const words = listed(wanted.map((name) => `${name} ${filter[name]}`));
    return { fact: "No instance fits the filter", more: `There is no instance with ${words}.` };
  }
  const part = partOf({ range, lag_ms }, zoom);
  if (!zoom || (part.start_ms < range.end_ms && part.end_ms > range.start_ms)) return null;
  return { fact: "Outside its range", more: `This bundle is from ${moment(range.start_ms)} to ${moment(range.end_ms)}.` };
}
