// The steps of an import, what each still needs, and what it answered. Pure: state in, words out.

import { createCourse, isRunning } from "../course.js";
import { bytes, span } from "../format.js";
import { serverName } from "../request.js";
import { noticeWords, notices } from "./notices.js";

const STEPS = [
  ["bundle", "Bundle"],
  ["target", "Target"],
  ["check", "Check and adjust"],
  ["import", "Import"],
].map(([id, name]) => ({ id, name }));

const NEEDS = {
  bundle({ source, sound }) {
    if (!source) return { why: "A file is needed", focus: "choose" };
    return sound ? null : { why: "The file has to be checked first", focus: "bundle-state" };
  },
  target({ connection, test }) {
    if (!connection.url.trim()) return { why: "An address is needed", focus: "url" };
    return test ? null : { why: "The connection test has to pass first", focus: "run-test" };
  },
  check: ({ run }) => (run ? null : { why: "Nothing has been started", focus: "main" }),
};

/** The server that data goes to, for people. */
export function targetName({ connection, insert_url: insert }) {
  return serverName(insert.trim() || connection.url);
}

const ANSWERS = {
  bundle: ({ source, sound }) => (sound ? [bytes(source.bytes), sound.words].filter(Boolean).join(", ") : ""),
  target: (state) => targetName(state).replace(/:\d+$/, ""),
  check: ({ check, options, sound }) =>
    check?.result ? noticeWords(notices(check.result, options.shift, sound?.damage)) : "",
  import: ({ run }) => run?.words ?? "",
};

/** Whether what was typed leads to another server than the one that the run was begun with. */
export function leadsElsewhere(state) {
  const { server } = state.run ?? {};
  return Boolean(server && state.test) && targetName(state).toLowerCase() !== server.toLowerCase();
}

function egress(state) {
  const target = state.run?.server || targetName(state); // what was typed may be for the next import
  if (state.run?.state === "finished") return [`All was sent to ${target || "the target"}`, "To nobody else."];
  if (isRunning(state)) return [`Sends to one server: ${target}`, "To nobody else."];
  if (state.run) return ["A part has been sent", target ? `To one server: ${target}` : ""];
  return [
    "Nothing has been sent",
    target ? `Start import sends to one server: ${target}` : "No server has been contacted yet.",
  ];
}

/** The course of an import. */
export const course = createCourse({ steps: STEPS, needs: NEEDS, answers: ANSWERS, bar, egress });

function bar(id, { sound, test }) {
  if (id === "bundle" && sound) return sound.words;
  if (id === "target" && test) return [test.words, test.tenant && `tenant ${test.tenant}`].filter(Boolean).join(", ");
  return "";
}

/** What the rail says of a run. */
export function runWords({ state, done, eta_s: eta, phase, result }) {
  const percent = `${Math.floor((done ?? 0) * 100)} %`;
  if (state === "finished") return result?.verdict === "same" ? "Finished, counts match" : "Finished";
  if (state === "running") {
    if (phase === "verifying") return "Counting";
    return eta === null || eta === undefined
      ? percent
      : `${percent}, ${span(Math.max(1, Math.round(eta)) * 1000)} left`;
  }
  const names = { paused: "Paused", failed: "Failed", cancelled: "Cancelled", interrupted: "Interrupted" };
  return done ? `${names[state] ?? state} at ${percent}` : (names[state] ?? state);
}
