// What was typed → the bodies of the import's requests, or why it cannot be meant. Pure: state in, bodies out.

import { parseMoment, parseSpan } from "../moments.js";
import { connectionBody } from "../request.js";
import { sourceBody } from "./state.js";

const PROTECTED = new Set(["__name__", "job", "instance"]);
const PAIR = /\s*([^\s=,"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^,"]*?))\s*(?:,|$)/y;

/** ``{labels}`` of ``bundle="case-1", team=a``, or ``{error}``. */
export function parseLabels(text) {
  const labels = [];
  const plain = text.trim().replace(/^\{(.*)\}$/s, "$1");
  PAIR.lastIndex = 0;
  while (PAIR.lastIndex < plain.length) {
    const found = PAIR.exec(plain);
    if (!found) return { error: 'Write bundle="case-4711"; several with commas between' };
    const [, name, quoted, bare = ""] = found;
    const value = quoted === undefined ? bare : quoted.replace(/\\(.)/gs, (_, sign) => (sign === "n" ? "\n" : sign));
    if (PROTECTED.has(name)) return { error: `${name} is the bundle’s own and cannot be replaced` };
    if (!value) return { error: `The label ${name} needs a value` };
    if (labels.some((label) => label.name === name)) return { error: `${name} stands there twice` };
    labels.push({ name, value });
  }
  return { labels };
}

/** ``{names}`` of ``datacenter, pod``, or ``{error}``. */
export function parseNames(text) {
  const names = [...new Set(text.split(/[\s,;]+/).filter(Boolean))];
  const kept = names.find((name) => PROTECTED.has(name));
  return kept ? { error: `Cannot drop ${kept}: without it nothing in the bundle can be told apart` } : { names };
}

/** ``{shift}`` as the API wants it, or ``{error}`` and the field that it is about. */
export function parseShift({ shift, start_at: start, by }, nowMs) {
  if (shift === "start") {
    const { ms, error } = parseMoment(start, nowMs, "UTC");
    return error ? { error: error === "Empty" ? "A time is needed" : error } : { shift: { mode: "start-at", ms } };
  }
  if (shift === "by") {
    const [, sign, rest] = /^\s*([+-]?)(.*)$/s.exec(by);
    const ms = parseSpan(rest);
    if (ms === null) return { error: by.trim() ? "Write 7d, -1h30m or 500ms" : "A span of time is needed" };
    return { shift: { mode: "by", ms: sign === "-" ? -ms : ms } };
  }
  return { shift: { mode: shift === "end" ? "end-at-now" : "none" } };
}

/** ``{range}`` (null for all of it), or ``{error, field}``. */
export function parseRange({ from, to }, bundle, nowMs) {
  if (!from.trim() && !to.trim()) return { range: null };
  const ends = [];
  for (const [field, text, otherwise] of [
    ["range-from", from, bundle.first_ms],
    ["range-to", to, bundle.last_ms],
  ]) {
    const { ms, error } = text.trim() ? parseMoment(text, nowMs, "UTC") : { ms: otherwise };
    if (error) return { error, field };
    ends.push(ms);
  }
  if (ends[0] >= ends[1]) return { error: "The end has to be after the start", field: "range-to" };
  return { range: { start_ms: ends[0], end_ms: ends[1] } };
}

/** ``{options}`` as the API wants them, or ``{error, field}``: the first field that cannot be meant. */
export function parseOptions({ options, check }, nowMs) {
  const shift = parseShift(options, nowMs);
  if (shift.error) return { error: shift.error, field: options.shift === "by" ? "shift-by" : "shift-start" };
  const extra = parseLabels(options.extra);
  if (extra.error) return { error: extra.error, field: "extra" };
  const drop = parseNames(options.drop);
  if (drop.error) return { error: drop.error, field: "drop" };
  const both = extra.labels.find(({ name }) => drop.names.includes(name));
  if (both) return { error: `${both.name} is both added and dropped`, field: "drop" };
  const all = check?.jobs ?? [];
  const jobs = all.filter((job) => !options.off.includes(job));
  if (all.length && !jobs.length) return { error: "No job is left", field: "jobs" };
  const { range, ...wrong } = parseRange(options, check?.bundle ?? {}, nowMs);
  if (wrong.error) return wrong;
  return {
    options: {
      shift: shift.shift,
      extra_labels: extra.labels,
      drop_labels: drop.names,
      jobs: options.off.length ? jobs : [],
      ...(range ? { time_range: range } : {}),
    },
  };
}

/** The target: the address, who asks, and where data is taken in if that is elsewhere. */
export function targetBody(state, secrets) {
  return {
    connection: connectionBody(state.connection, secrets),
    insert_url: secrets.insert_url || state.insert_url,
  };
}

/** All of it: what preflight and import take. */
export function importBody(state, secrets, options) {
  return { source: sourceBody(state), ...targetBody(state, secrets), options, force: state.force };
}

/** What decides about a preflight: another file, another target or other options, another answer. */
export function checkKey(state, options) {
  return JSON.stringify([sourceBody(state), state.force, state.test?.id ?? "", options]);
}
