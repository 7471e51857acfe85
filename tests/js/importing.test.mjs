// What is typed for an import, what a preflight means, and the order of its steps.

import assert from "node:assert/strict";
import test from "node:test";
import { course, leadsElsewhere, runWords, targetName } from "../../src/vmexporter/web/static/js/importing/course.js";
import { preflight } from "../../src/vmexporter/web/static/js/importing/parts/preflight.js";
import { notices, noticeWords, retentionWords } from "../../src/vmexporter/web/static/js/importing/notices.js";
import {
  checkKey,
  importBody,
  parseLabels,
  parseNames,
  parseOptions,
  parseRange,
  parseShift,
} from "../../src/vmexporter/web/static/js/importing/request.js";
import { initialState, noOptions, otherFile } from "../../src/vmexporter/web/static/js/importing/state.js";
import { createStore } from "../../src/vmexporter/web/static/js/store.js";

const NOW = Date.UTC(2026, 10, 26, 12);
const DAY = 86_400_000;

function result(changes = {}) {
  const target = { retention: "7d", retention_ms: 7 * DAY, label_limit: 40, tenant: "", version: "v1.150.0" };
  const numbers = { series: 10, merged_series: 0, samples: 1000, too_old: 0, too_old_at_now: 0, in_the_future: 0 };
  return { target, ...numbers, series_over_limit: 0, most_labels: 9, warnings: [], ...changes };
}

function ready() {
  const state = initialState();
  Object.assign(state, { source: { upload: "ab", name: "a.zip", bytes: 67_100_000 }, furthest: 2 });
  state.sound = { words: "checksums match", damage: [], form: "jsonl", first_ms: 1, last_ms: 2 };
  state.connection.url = "https://vmauth.acme.internal:8427";
  state.test = { id: "1", words: "Cluster v1.150.0", tenant: "900:0" };
  return state;
}

test("labels are read as people write them", () => {
  assert.deepEqual(parseLabels('bundle="case-4711"').labels, [{ name: "bundle", value: "case-4711" }]);
  assert.deepEqual(parseLabels(' {a=1, b = "x, \\"y\\"" } ').labels, [
    { name: "a", value: "1" },
    { name: "b", value: 'x, "y"' },
  ]);
  assert.deepEqual(parseLabels("  ").labels, []);
  assert.deepEqual(parseLabels('a="<img src=x>"').labels, [{ name: "a", value: "<img src=x>" }]);
});

test("labels that cannot be meant say why", () => {
  for (const text of ["bundle", "=x", 'a="x', 'a="x"b="y"', "a=1 b=2,,"]) assert.ok(parseLabels(text).error, text);
  assert.match(parseLabels("job=x").error, /job is the bundle’s own/);
  assert.match(parseLabels('a=""').error, /needs a value/);
  assert.match(parseLabels("a=1,a=2").error, /twice/);
});

test("names to drop, each once; the three that tell series apart stay", () => {
  assert.deepEqual(parseNames("datacenter, pod pod;team").names, ["datacenter", "pod", "team"]);
  for (const name of ["instance", "job", "__name__"]) assert.match(parseNames(`a, ${name}`).error, /Cannot drop/);
});

test("a shift is none, to now, to a time or by a span, both ways", () => {
  const shift = (changes) => parseShift({ ...noOptions(), ...changes }, NOW);
  assert.deepEqual(shift({}).shift, { mode: "none" });
  assert.deepEqual(shift({ shift: "end" }).shift, { mode: "end-at-now" });
  assert.deepEqual(shift({ shift: "by", by: "-1h30m" }).shift, { mode: "by", ms: -5_400_000 });
  assert.deepEqual(shift({ shift: "by", by: " 7d" }).shift, { mode: "by", ms: 7 * DAY });
  assert.deepEqual(shift({ shift: "start", start_at: "2026-11-25 12:00" }).shift, { mode: "start-at", ms: NOW - DAY });
  assert.ok(shift({ shift: "by", by: "soon" }).error && shift({ shift: "by" }).error);
  assert.ok(shift({ shift: "start", start_at: "soon" }).error && shift({ shift: "start" }).error);
});

test("a part of the time: either end may be left out", () => {
  const bundle = { first_ms: NOW - DAY, last_ms: NOW };
  assert.deepEqual(parseRange({ from: "", to: " " }, bundle, NOW), { range: null });
  assert.deepEqual(parseRange({ from: "now-1h", to: "" }, bundle, NOW).range, {
    start_ms: NOW - 3_600_000,
    end_ms: NOW,
  });
  assert.equal(parseRange({ from: "", to: "now-2d" }, bundle, NOW).field, "range-to");
  assert.equal(parseRange({ from: "x", to: "" }, bundle, NOW).field, "range-from");
});

test("options become the body, or name the field that is wrong", () => {
  const state = ready();
  assert.deepEqual(parseOptions(state, NOW).options, {
    shift: { mode: "none" },
    extra_labels: [],
    drop_labels: [],
    jobs: [],
  });
  state.check = { jobs: ["a", "b"], bundle: { first_ms: 1, last_ms: 2 } };
  state.options.off = ["a"];
  assert.deepEqual(parseOptions(state, NOW).options.jobs, ["b"]);
  state.options.off = ["a", "b"];
  assert.equal(parseOptions(state, NOW).field, "jobs");
  const wrong = { drop: "instance", extra: "x", by: "?" };
  assert.equal(parseOptions({ ...ready(), options: { ...noOptions(), drop: wrong.drop } }, NOW).field, "drop");
  assert.equal(parseOptions({ ...ready(), options: { ...noOptions(), extra: wrong.extra } }, NOW).field, "extra");
  const by = { ...noOptions(), shift: "by", by: wrong.by };
  assert.equal(parseOptions({ ...ready(), options: by }, NOW).field, "shift-by");
  const both = { ...noOptions(), extra: "a=1", drop: "a" };
  assert.equal(parseOptions({ ...ready(), options: both }, NOW).field, "drop");
});

test("the body names file, target and options; another of them is another preflight", () => {
  const store = createStore(null, { initial: ready });
  const { options } = parseOptions(store.state, NOW);
  store.setSecret("insert_url", "http://u:p@vminsert:8480");
  const body = importBody(store.state, store.secrets(), options);
  assert.deepEqual(body.source, { upload: "ab" });
  assert.equal(body.insert_url, "http://u:p@vminsert:8480");
  assert.equal(body.force, false);
  const key = checkKey(store.state, options);
  assert.notEqual(checkKey({ ...store.state, force: true }, options), key);
  assert.notEqual(checkKey({ ...store.state, test: { id: "2" } }, options), key);
  assert.notEqual(checkKey({ ...store.state, source: { path: "b.zip" } }, options), key);
  assert.notEqual(checkKey(store.state, { ...options, drop_labels: ["a"] }), key);
});

test("what a second address hides is never written", () => {
  const kept = new Map();
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  const store = createStore(storage, { key: "k", initial: initialState });
  store.setSecret("insert_url", "http://u:pl4nted@vminsert:8480");
  store.set({ insert_url: "http://vminsert:8480", test: { id: "1" } });
  assert.ok(!kept.get("k").includes("pl4nted"));
  assert.equal(JSON.parse(kept.get("k")).test, null);
  store.dropSecrets();
  assert.equal(store.secrets().insert_url, "");
});

test("samples that are too old, and what moving the end to now would do", () => {
  const [notice] = notices(result({ too_old: 720, too_old_at_now: 0 }), "none");
  assert.equal(notice.kind, "warn");
  assert.match(notice.fact, /^720 of 1,000 samples are older/);
  assert.match(notice.more, /retention is 7 days.*it keeps all/);
  assert.equal(notice.fix.fix, "end");
  assert.match(notices(result({ too_old: 720, too_old_at_now: 300 }), "none")[0].more, /keeps 700 of them/);
  assert.equal(notices(result({ too_old: 720, too_old_at_now: 720 }), "none")[0].fix, null);
  assert.equal(notices(result({ too_old: 720 }), "end")[0].fix, null);
});

test("errors come before warnings before what is merely unknown", () => {
  const unknown = { retention: "", retention_ms: null, label_limit: null };
  const found = notices(result({ merged_series: 4, series_over_limit: 2, target: unknown }), "none", ["damaged"]);
  assert.deepEqual(
    found.map(({ kind }) => kind),
    ["bad", "warn", "warn", "info"],
  );
  assert.match(found[0].fact, /^14 series would merge into 10/);
  assert.equal(noticeWords(found), "2 warnings, 1 error");
  assert.equal(noticeWords(notices(result(), "none")), "No objection");
  assert.equal(notices(result({ samples: 0 }), "none")[0].kind, "bad");
  assert.equal(notices(result({ in_the_future: 3 }), "by")[0].fix.fix, "end");
});

test("retention is told as a span", () => {
  assert.equal(retentionWords({ retention: "1", retention_ms: 31 * DAY }), "31 days");
  assert.equal(retentionWords({ retention: "odd", retention_ms: null }), "odd");
});

test("four steps; the last one needs a run", () => {
  const state = ready();
  assert.deepEqual(
    course.steps.map(({ id }) => id),
    ["bundle", "target", "check", "import"],
  );
  assert.ok(course.isReachable("check", state) && !course.isReachable("import", state));
  assert.equal(course.firstMissing("import", state), "check");
  assert.equal(course.missing("bundle", initialState()).focus, "choose");
  assert.match(course.missing("bundle", { ...state, sound: null }).why, /checked first/);
  assert.match(course.missing("target", { ...state, test: null }).why, /test has to pass/);
  state.run = { state: "running", words: "12 %" };
  assert.ok(course.isReachable("import", state) && course.isDone("check", { ...state, furthest: 3 }));
  assert.equal(course.answer("bundle", state, NOW), "67.1 MB, checksums match");
  assert.equal(course.answer("target", state, NOW), "vmauth.acme.internal");
  assert.equal(course.answer("import", state, NOW), "12 %");
});

test("the rail says what has been sent, and where", () => {
  const state = ready();
  assert.deepEqual(course.egress(initialState()), ["Nothing has been sent", "No server has been contacted yet."]);
  assert.match(course.egress(state)[1], /Start import sends to one server: vmauth/);
  state.insert_url = "http://vminsert:8480";
  assert.equal(targetName(state), "vminsert:8480");
  assert.match(course.egress({ ...state, run: { state: "running" } })[0], /Sends to one server: vminsert/);
  assert.match(course.egress({ ...state, run: { state: "paused" } })[0], /A part has been sent/);
  assert.match(course.egress({ ...state, run: { state: "finished" } })[0], /All was sent to vminsert/);
  const other = { ...state, run: { state: "running", server: "other:8428" } };
  assert.match(course.egress(other)[0], /Sends to one server: other:8428/);
  assert.ok(leadsElsewhere(other) && !leadsElsewhere({ ...other, test: null }));
  assert.ok(!leadsElsewhere({ ...state, run: { state: "paused", server: "VMINSERT:8480" } }));
});

test("another file forgets what was found out about the one before", () => {
  const state = { ...ready(), ...otherFile({ path: "b.zip" }) };
  assert.deepEqual([state.sound, state.check, state.force], [null, null, false]);
});

test("a run in a few words", () => {
  assert.equal(runWords({ state: "running", done: 0.129, eta_s: 26, phase: "sending" }), "12 %, 26 seconds left");
  assert.equal(runWords({ state: "running", done: 1, eta_s: null, phase: "verifying" }), "Counting");
  assert.equal(runWords({ state: "finished", result: { verdict: "same" } }), "Finished, counts match");
  assert.equal(runWords({ state: "paused", done: 0.5 }), "Paused at 50 %");
  assert.equal(runWords({ state: "interrupted", done: 0 }), "Interrupted");
});

test("a preflight that is given up while it is asked for is ended when it answers", async () => {
  const ended = [];
  let answer = null;
  const imports = {
    preflight: (_, signal) =>
      new Promise((resolve, reject) => {
        answer = () => resolve({ id: "p1", state: "running", done: 0 });
        signal?.addEventListener("abort", () => reject(new DOMException("Given up", "AbortError")));
      }),
    preflightOf: () => assert.fail("nobody waits for it"),
    endPreflight: async (id) => ended.push(id),
  };
  const table = { wait() {}, fail: () => assert.fail("it is no failure") };
  const asks = preflight({ imports, store: {} }, new AbortController().signal, table, () => {});
  const running = asks.run("key", {});
  asks.stop();
  answer();
  await running;
  assert.deepEqual(ended, ["p1"]);
});
