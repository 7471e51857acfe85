// What became of a check, in words: of one bundle, and of the one beside it.

import { listed, plural } from "../format.js";
import { shown } from "./values.js";

const STATES = {
  clear: "all is well",
  "no data": "nothing was measured",
  absent: "no such component",
  failed: "it could not be asked",
};

/** ``2 of 3 above 5 %``: how many of those that were measured. */
export function limitWords({ threshold, is_floor: isFloor, unit, findings, measured }) {
  return `${findings.length} of ${measured} ${isFloor ? "below" : "above"} ${shown(threshold, unit)}`;
}

/** What became of a check that found nothing. */
export function quietWords({ state, measured, min_version: version }) {
  if (state === "older") return `needs v${version}`;
  return STATES[state] + (state === "clear" && measured ? `, ${measured} measured` : "");
}

/** Whether the bundle *name* has a finding, too; *why* is the sentence that says that nobody in it is meant, if so. */
export function besideWords(result, name, why) {
  if (why) return `Not in ${name}. ${why}`;
  if (result.state === "found") return `In ${name}, too: ${limitWords(result)}.`;
  const isKnown = ["clear", "absent"].includes(result.state);
  return `${isKnown ? "Not in" : "Cannot be told of"} ${name}: ${quietWords(result)}.`;
}

/** What became of a check without a finding in two bundles. */
export function quietInBoth(results, names) {
  const words = results.map(quietWords);
  return words[0] === words[1] ? `both: ${words[0]}` : words.map((one, index) => `${names[index]}: ${one}`).join("; ");
}

/** What became of all checks, in a sentence. */
export function summaryWords(results) {
  const count = (kind) => results.filter(({ state }) => state === kind).length;
  const [found, clear] = [count("found"), count("clear")];
  const silent = results.length - found - clear;
  const parts = [
    found ? `${plural(found, "check")} of ${results.length} found something` : `No check of ${results.length} found anything`,
    `${clear} found all well`,
    silent ? `${silent} could not tell` : "",
  ];
  return `${listed(parts.filter(Boolean))}.`;
}

/**
 * The results of each of two bundles, or of one, by what they found: {groups: findings of the first, worst first, then
 * those that only the second has; quiet: checks without a finding}. Each is an array, its own result first.
 */
export function grouped([first, second = []]) {
  const found = (results) => results.filter(({ state }) => state === "found");
  const beside = (result, others) => [result, others.find(({ id }) => id === result.id)].filter(Boolean);
  const firstFound = found(first);
  const isNew = ({ id }) => !firstFound.some((one) => one.id === id);
  const secondOnly = found(second).filter(isNew);
  const isQuiet = (result) => isNew(result) && result.state !== "found" && !secondOnly.some(({ id }) => id === result.id);
  return {
    groups: [firstFound.map((one) => beside(one, second)), secondOnly.map((one) => beside(one, first))],
    quiet: first.filter(isQuiet).map((one) => beside(one, second)),
  };
}
