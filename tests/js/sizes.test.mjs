// The expected size of a bundle.

import assert from "node:assert/strict";
import { test } from "node:test";

import { bundleBytes } from "../../src/vmexporter/web/static/js/sizes.js";
import { initialState } from "../../src/vmexporter/web/static/js/store.js";

const range = { start_ms: 0, end_ms: 3_600_000 };

test("components have it from the server, blocks are a fifth", () => {
  const state = { ...initialState(), selection: { totals: { bytes: 1_000_000 } } };
  assert.equal(bundleBytes(state, "jsonl"), 1_000_000);
  assert.equal(bundleBytes(state, "native"), 200_000);
  assert.equal(bundleBytes({ ...state, selection: { totals: null } }, "jsonl"), null);
});

test("a selector goes by its samples, a step and an expression by the values of each series", () => {
  const asked = (query) => bundleBytes({ mode: "query", range, query: { step_ms: 0, ...query } }, "jsonl");
  assert.equal(asked({ judged: { kind: "selector", series: 2, samples: 1000 } }), 23_000);
  assert.equal(asked({ judged: { kind: "selector", series: 2, samples: null } }), null);
  assert.equal(asked({ step_ms: 60_000, judged: { kind: "selector", series: 2, samples: 1000 } }), 2 * 61 * 3 + 20_000);
  assert.equal(asked({ judged: { kind: "expression", series: 1, samples: null } }), 241 * 3 + 20_000);
  assert.equal(asked({ judged: null }), null);
});
