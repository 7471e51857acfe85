// The stages of a connection test as rows; the hairline below each is the test's own time axis.

import { h } from "../dom.js";
import { plural, sentence, took } from "../format.js";

const NAMES = {
  address: "Address",
  network: "Network",
  tls: "TLS",
  api: "API",
  auth: "Sign-in",
  tenant: "Tenant",
  export: "Export API",
  insert: "Import API",
  facts: "Retention",
};
const STATES = {
  running: ["run", "running"],
  done: ["ok", "passed"],
  failed: ["bad", "failed"],
  skipped: ["wait", "skipped"],
};

/** The name of a stage for people. */
export const stageName = (name) => NAMES[name] ?? name;

/** What a stage says; an address keeps its case. */
const stageWords = (words) => (/^[a-z]+:\/\//.test(words) ? words : sentence(words));

/** Put *stage* where the stage of its name stands, or at the end. */
export function withStage(stages, stage) {
  const at = stages.findIndex(({ name }) => name === stage.name);
  return at < 0 ? [...stages, stage] : stages.map((old, place) => (place === at ? stage : old));
}

/** Which of all the stages, named in their order, were not reached by a test that failed. */
export function unreached(stages, names) {
  if (!stages.some(({ state }) => state === "failed")) return [];
  const last = names.indexOf(stages.at(-1)?.name);
  return names.slice(last + 1).filter((name) => !stages.some((stage) => stage.name === name));
}

/** The list of *stages*; *hint* stands in the failed one, *rest* are the names of those that were not reached. */
export function stageList(stages, { hint = "", rest = [] } = {}) {
  const total = stages.reduce((sum, { took_s }) => sum + (took_s ?? 0), 0);
  let begun = 0;
  const rows = stages.map((stage) => {
    const row = stageRow(stage, begun, total, hint);
    begun += stage.took_s ?? 0;
    return row;
  });
  return h(
    "ol.stages",
    null,
    rows,
    rest.map((name) =>
      h("li", { "data-state": "wait" }, h("b", null, stageName(name)), h("span", null, "Not reached")),
    ),
  );
}

function stageRow({ name, state, words, took_s: s }, begun, total, hint) {
  const [mark, spoken] = STATES[state] ?? ["wait", state];
  return h(
    "li",
    { "data-state": mark },
    h("b", null, stageName(name), h("i.vh", null, ` ${spoken}`)),
    h("span", null, words ? stageWords(words) : state === "running" ? "Running" : ""),
    state === "running" ? null : h("time", null, took(s)),
    state === "failed" && hint ? h("p", null, hint) : null,
    s && total
      ? h(
          "svg.wf",
          { viewBox: `0 0 ${total * 1000} 1`, preserveAspectRatio: "none", "aria-hidden": "true" },
          h("rect", { x: begun * 1000, width: s * 1000, height: 1 }),
        )
      : null,
  );
}

/** Each base that was asked, with what it answered. */
export function attemptList(stages) {
  const attempts = stages.flatMap((stage) => stage.attempts ?? []);
  if (!attempts.length) return null;
  const rows = attempts.map(({ url, status, words, asked }) => [
    h("dt", null, status || "none"),
    h(
      "dd",
      null,
      h("span.mono", null, pathOf(url)),
      h("span.muted", null, ` ${[asked, words].filter(Boolean).join(": ")}`),
    ),
  ]);
  return h(
    "details.more",
    { open: true },
    h("summary", null, plural(attempts.length, "attempt")),
    h("div", null, h("dl.kv", null, rows)),
  );
}

/** The part of an address that the attempts differ in. */
function pathOf(url) {
  return url.replace(/^[a-z]+:\/\/[^/]*/i, "") || "/";
}
