// What a preflight found that one has to know before anything is sent, worst first. Pure: answer in, notices out.

import { count, exact, plural, span } from "../format.js";

const AT_NOW = { fix: "end", words: "Move the end to now" };

/**
 * The notices of a preflight's *result*: [{kind, fact, more, fix}]; *shift* is the mode chosen, *damage* what is wrong
 * with the file.
 */
export function notices(result, shift, damage = []) {
  const found = [
    nothing(result),
    merged(result),
    old(result, shift),
    ahead(result),
    wide(result),
    ...plain(result, damage),
  ];
  const order = { bad: 0, warn: 1, info: 2 };
  return found.filter(Boolean).sort((one, other) => order[one.kind] - order[other.kind]);
}

/** How many of each, as they stand in the rail: "1 warning, 1 error". */
export function noticeWords(list) {
  const of = (kind) => list.filter((notice) => notice.kind === kind).length;
  const words = [of("warn") && plural(of("warn"), "warning"), of("bad") && plural(of("bad"), "error")];
  return words.filter(Boolean).join(", ") || "No objection";
}

/** How long a target keeps samples, in words; "" where it does not tell. */
export function retentionWords({ retention, retention_ms: ms }) {
  return ms ? span(ms) : retention;
}

function nothing({ samples }) {
  if (samples) return null;
  return { kind: "bad", fact: "There is nothing to import.", more: "No sample is left of what was chosen.", fix: null };
}

function merged({ merged_series: fewer, series }) {
  if (!fewer) return null;
  return {
    kind: "bad",
    fact: `${exact(series + fewer)} series would merge into ${exact(series)}.`,
    more: "A label that tells them apart is dropped. Samples of several series would be mixed in one.",
    fix: null,
  };
}

function old({ samples, too_old: dropped, too_old_at_now: atNow, target }, shift) {
  if (!dropped) return null;
  const helps = shift !== "end" && atNow < dropped;
  const then = atNow ? `it keeps ${count(samples - atNow)} of them` : "it keeps all";
  const keeps = `Its retention is ${retentionWords(target)}, and it would drop them.`;
  return {
    kind: "warn",
    fact: `${count(dropped)} of ${count(samples)} samples are older than the target keeps.`,
    more: helps ? `${keeps} With the end moved to now, ${then}.` : keeps,
    fix: helps ? AT_NOW : null,
  };
}

function ahead({ in_the_future: dropped, samples }) {
  if (!dropped) return null;
  return {
    kind: "warn",
    fact: `${count(dropped)} of ${count(samples)} samples lie too far in the future.`,
    more: "The target drops what is more than two days ahead.",
    fix: AT_NOW,
  };
}

function wide({ series_over_limit: over, most_labels: most, target }) {
  if (!over) return null;
  return {
    kind: "warn",
    fact: `${plural(over, "series", "series")} with up to ${most} labels: the target takes ${target.label_limit}.`,
    more: "It drops the others, by their names or whole. Drop labels that nobody needs.",
    fix: null,
  };
}

function plain({ target, warnings }, damage) {
  const found = [...damage, ...warnings].map((text) => ({ kind: "warn", fact: text, more: "", fix: null }));
  if (!target.retention)
    found.push({
      kind: "info",
      fact: "The target does not tell how long it keeps samples.",
      more: "What is older than that, it will drop. The counts after the import show it.",
      fix: null,
    });
  return found;
}
