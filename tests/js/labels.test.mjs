// The rows of the label table, and the stages of a test.

import assert from "node:assert/strict";
import test from "node:test";
import * as rows from "../../src/vmexporter/web/static/js/parts/labelrows.js";
import { unreached, withStage } from "../../src/vmexporter/web/static/js/parts/stages.js";

const row = (label, action, examples = [["a", "b"]], more = {}) => ({
  label,
  label_after: label,
  metric: "",
  metrics: 0,
  action,
  examples,
  why: "",
  ...more,
});
const ROWS = [
  row("GOOS", "keep", [["linux", "linux"]]),
  row("addr", "map"),
  row("team", "drop", [["x", null]]),
  row(
    "value",
    "map",
    [
      ["p4ss", "<removed>"],
      ["t0k", "<removed-2>"],
    ],
    { metric: "flag" },
  ),
  row("job", "map"),
  row("instance", "map", [["10.1.2.3:80", "777.777.1.1:80"]]),
];

test("kinds and their counts", () => {
  const counts = rows.countsOf(ROWS);
  assert.deepEqual([counts.all, counts.map, counts.keep, counts.drop, counts.removed], [6, 3, 1, 1, 1]);
  assert.ok(rows.isAlwaysRemoved(ROWS[3]));
  assert.equal(rows.isAlwaysRemoved(row("value", "map", [["a", "x<removed>"]])), false);
});

test("targets first, then what changes, then what stays; a decision moves no row", () => {
  const order = rows.orderOf(ROWS);
  const sorted = [...ROWS].sort((one, other) => order(one) - order(other)).map(({ label }) => label);
  assert.deepEqual(sorted, ["instance", "job", "addr", "team", "value", "GOOS"]);
  assert.equal(order({ ...ROWS[1], action: "keep" }), order(ROWS[1]));
});

test("a filter looks into label, metric and examples", () => {
  const labels = (text) => ROWS.filter((each) => rows.fitsFilter(each, text)).map(({ label }) => label);
  assert.deepEqual(labels("777."), ["instance"]);
  assert.deepEqual(labels("FLAG"), ["value"]);
  assert.equal(labels(" ").length, ROWS.length);
});

test("reasons in plain words", () => {
  assert.equal(rows.whyWords("host_port (any metric)"), "Address; port kept");
  assert.equal(rows.whyWords("public: the default tenant; else tenant_id (vm_.*)"), "The default tenant; else: tenant");
  assert.equal(rows.whyWords("no table knows this label: private"), "Unknown, so private");
  assert.equal(rows.whyWords("something new"), "Something new");
});

test("stages take the place of their earlier state, and the unreached are known", () => {
  let stages = withStage([], { name: "address", state: "done" });
  stages = withStage(stages, { name: "network", state: "running" });
  stages = withStage(stages, { name: "network", state: "failed" });
  assert.deepEqual(
    stages.map(({ state }) => state),
    ["done", "failed"],
  );
  const all = ["address", "network", "tls", "api"];
  assert.deepEqual(unreached(stages, all), ["tls", "api"]);
  assert.deepEqual(unreached(stages.slice(0, 1), all), []);
});
