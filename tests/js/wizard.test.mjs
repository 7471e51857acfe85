// The order of the steps, and why a next one is not possible yet.

import assert from "node:assert/strict";
import test from "node:test";
import { questionKey } from "../../src/vmexporter/web/static/js/request.js";
import { initialState } from "../../src/vmexporter/web/static/js/store.js";
import { course as wizard } from "../../src/vmexporter/web/static/js/wizard.js";

function ready() {
  const state = initialState();
  Object.assign(state.range, { start_ms: Date.UTC(2026, 10, 23), end_ms: Date.UTC(2026, 10, 23, 12) });
  state.connection.url = "https://vmselect.acme.internal:8481";
  state.test = { id: "1", words: "Cluster v1.150.0", tenant: "4242:7" };
  state.selection = {
    key: questionKey(state),
    off: [],
    body: { components: ["vmstorage"] },
    totals: { instances: 6, of: 7, samples: 15_900_000, series: 5540, bytes: 67_000_000 },
  };
  state.furthest = 5;
  return state;
}

test("six steps", () => {
  assert.deepEqual(
    wizard.steps.map(({ id }) => id),
    ["welcome", "range", "connection", "components", "obfuscation", "export"],
  );
  assert.deepEqual(wizard.neighbours("welcome"), { back: null, next: "range" });
  assert.deepEqual(wizard.neighbours("export"), { back: "obfuscation", next: null });
});

test("each step says what is missing, and where", () => {
  const fresh = initialState();
  assert.equal(wizard.missing("welcome", fresh), null);
  assert.equal(wizard.missing("range", fresh).focus, "from");
  assert.equal(wizard.missing("connection", fresh).focus, "url");
  fresh.connection.url = "vm";
  assert.match(wizard.missing("connection", fresh).why, /test has to pass/);
  const state = ready();
  for (const { id } of wizard.steps) assert.equal(wizard.missing(id, state), null, id);
  state.range.problem = { field: "to", why: "Before it starts" };
  assert.deepEqual(wizard.missing("range", state), { why: "Before it starts", focus: "to" });
});

test("another range or another test makes the found components stale", () => {
  const state = ready();
  state.range.end_ms += 1;
  assert.match(wizard.missing("components", state).why, /found first/);
  const other = ready();
  other.test = { ...other.test, id: "2" };
  assert.match(wizard.missing("components", other).why, /found first/);
  const none = ready();
  none.selection.totals.instances = 0;
  assert.match(wizard.missing("components", none).why, /Nothing is ticked/);
});

test("a selector has to be accepted, with a target left", () => {
  const state = ready();
  state.mode = "query";
  assert.equal(wizard.missing("components", state).focus, "query");
  const jobs = [{ job: "a", instances: ["1"], series: 3 }];
  state.query = {
    text: "up",
    step_ms: 0,
    key: questionKey(state),
    judged: { kind: "selector", ok: true, series: 3, jobs },
    off: [],
  };
  assert.equal(wizard.missing("components", state), null);
  assert.equal(wizard.answer("components", state, 0), "Selector, 3 series");
  state.query.off = [JSON.stringify(["a", "1"])];
  assert.match(wizard.missing("components", state).why, /Nothing is ticked/);
  state.query.judged.ok = false;
  assert.match(wizard.missing("components", state).why, /accept/);
});

test("a step is reachable when all before it have what they need", () => {
  const state = ready();
  assert.ok(wizard.isReachable("export", state));
  state.test = null;
  assert.equal(wizard.isReachable("components", state), false);
  assert.equal(wizard.firstMissing("export", state), "connection");
  assert.ok(wizard.isReachable("connection", state));
  state.run = { id: "x", state: "running" };
  assert.ok(wizard.isReachable("export", state));
});

test("the rail shows what each step answered", () => {
  const state = ready();
  const now = state.range.end_ms;
  assert.equal(wizard.answer("range", state, now), "12 h to 12:00:00 UTC");
  assert.equal(wizard.answer("connection", state, now), "vmselect.acme.internal");
  assert.equal(wizard.answer("components", state, now), "6 instances, 15.9 M samples");
  assert.equal(wizard.answer("obfuscation", state, now), "Level: support");
  assert.equal(wizard.answer("export", state, now), "Ready");
  assert.equal(wizard.barWords("components", state), "6 of 7 instances, about 67.0 MB");
  assert.equal(wizard.barWords("connection", state), "Cluster v1.150.0, tenant 4242:7");
});

test("a map that cannot be used is in the way while it would be used", () => {
  const state = ready();
  Object.assign(state.obfuscation, { map: "a.json", problem: { field: "map", why: "Cannot use the path" } });
  assert.deepEqual(wizard.missing("obfuscation", state), { why: "The map cannot be used", focus: "map" });
  state.obfuscation.problem.field = "passphrase";
  assert.deepEqual(wizard.missing("obfuscation", state), { why: "The map does not open", focus: "passphrase" });
  for (const without of [{ map: "" }, { one_way: true }, { level: "none" }]) {
    const other = { ...state, obfuscation: { ...state.obfuscation, ...without } };
    assert.equal(wizard.missing("obfuscation", other), null);
  }
});

test("short words are refused while something is mapped", () => {
  const state = ready();
  state.obfuscation.words = "acme, ab";
  assert.equal(wizard.missing("obfuscation", state).focus, "words");
  state.obfuscation.level = "none";
  assert.equal(wizard.missing("obfuscation", state), null);
});
