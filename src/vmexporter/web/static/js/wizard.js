// The steps of an export, what each still needs, and what it answered. Pure: state in, words out.

import { createCourse, isRunning } from "./course.js";
import { bytes, count, plural, shortSpan } from "./format.js";
import { utcClock } from "./ranges.js";
import { ownWords, publicUrl, questionKey, serverName } from "./request.js";

/** The six steps in their order: id (also the address's), name. */
export const STEPS = [
  ["welcome", "Welcome"],
  ["range", "Time range"],
  ["connection", "Connection"],
  ["components", "Components"],
  ["obfuscation", "Obfuscation"],
  ["export", "Export"],
].map(([id, name]) => ({ id, name }));

const MIN_WORD = 3;

const MISSING = {
  range({ range }) {
    if (range.problem) return { why: range.problem.why, focus: range.problem.field };
    return range.end_ms ? null : { why: "A time range is needed", focus: "from" };
  },
  connection({ connection, test }) {
    if (!connection.url.trim()) return { why: "An address is needed", focus: "url" };
    return test ? null : { why: "The connection test has to pass first", focus: "run-test" };
  },
  components(state) {
    return state.mode === "query" ? missingQuery(state) : missingComponents(state);
  },
  obfuscation({ obfuscation }) {
    const short =
      obfuscation.level !== "none" && ownWords(obfuscation.words).find((word) => [...word].length < MIN_WORD);
    if (short) return { why: `A word needs ${MIN_WORD} characters`, focus: "words" };
    const { level, map, one_way: isOneWay, problem } = obfuscation;
    if (!problem || level === "none" || !map || isOneWay) return null;
    return { why: problem.field === "map" ? "The map cannot be used" : "The map does not open", focus: problem.field };
  },
};

function missingComponents(state) {
  const { key, totals } = state.selection;
  if (key !== questionKey(state) || !totals) return { why: "The components have to be found first", focus: "main" };
  return totals.instances ? null : { why: "Nothing is ticked", focus: "tick-all" };
}

function missingQuery(state) {
  const { text, key, judged, off } = state.query;
  if (!text.trim()) return { why: "A selector or an expression is needed", focus: "query" };
  if (key !== questionKey(state) || !judged?.ok) return { why: "The server has to accept it first", focus: "query" };
  const targets = judged.jobs.reduce((sum, { instances }) => sum + instances.length, 0);
  if (targets && off.length >= targets) return { why: "Nothing is ticked", focus: "tick-all" };
  return null;
}

const ANSWERS = {
  welcome: ({ mode }) => (mode === "query" ? "Selector or expression" : "VictoriaMetrics components"),
  range({ range }, nowMs) {
    if (!range.end_ms || range.problem) return "";
    return `${shortSpan(range.end_ms - range.start_ms)} to ${utcClock(range.end_ms, nowMs)}`;
  },
  connection: ({ connection }) => serverName(connection.url).replace(/:\d+$/, ""),
  components(state) {
    if (missing("components", state)) return "";
    if (state.mode === "query") return state.query.judged.kind === "expression" ? "Expression" : seriesWords(state);
    const { instances, samples } = state.selection.totals;
    return `${plural(instances, "instance")}${samples ? `, ${count(samples)} samples` : ""}`;
  },
  obfuscation: ({ obfuscation }) => (obfuscation.level === "none" ? "Off" : `Level: ${obfuscation.level}`),
  export({ run }) {
    if (!run) return "Ready";
    if (run.state === "finished") return run.words || "Finished";
    return (
      run.words ||
      { running: "Running", paused: "Paused", failed: "Failed", cancelled: "Cancelled", interrupted: "Interrupted" }[
        run.state
      ] ||
      ""
    );
  },
};

function seriesWords({ query }) {
  return query.judged.series === undefined || query.judged.series === null
    ? "Selector"
    : `Selector, ${plural(query.judged.series, "series", "series")}`;
}

/** What the action bar says beside Next when nothing is missing. */
function barWords(id, state) {
  if (id === "connection" && state.test)
    return [state.test.words, state.test.tenant && `tenant ${state.test.tenant}`].filter(Boolean).join(", ");
  if (id === "components" && state.mode === "components" && state.selection.totals) {
    const { instances, of, bytes: size } = state.selection.totals;
    return `${instances} of ${plural(of, "instance")}${size ? `, about ${bytes(size)}` : ""}`;
  }
  if (id === "obfuscation" && state.obfuscation.level === "none") return "Only secrets are removed";
  if (id === "obfuscation" && state.obfuscation.counts) {
    const { mapped, dropped } = state.obfuscation.counts;
    return `${plural(mapped, "label")} mapped${dropped ? `, ${dropped} dropped` : ""}`;
  }
  return "";
}

function egress(state) {
  const fact = "No data has left this machine";
  if (state.run?.state === "finished") return [fact, "Sending the ZIP is up to you."];
  const server = state.test || isRunning(state) ? serverName(publicUrl(state.connection.url)) : state.contacted;
  return [fact, server ? `Reads from one server: ${server}` : "No server has been contacted yet."];
}

/** The course of an export. */
export const course = createCourse({
  steps: STEPS,
  needs: MISSING,
  answers: ANSWERS,
  bar: barWords,
  egress,
  nameOf: (id, state) => (id === "components" && state.mode === "query" ? "Selection" : null),
});

export const { firstMissing, missing } = course;
