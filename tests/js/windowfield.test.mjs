// What is typed as a window.

import assert from "node:assert/strict";
import { test } from "node:test";

import { windowMs } from "../../src/vmexporter/web/static/js/parts/windowfield.js";

test("spans are milliseconds", () => {
  assert.equal(windowMs("300s"), 300_000);
  assert.equal(windowMs(" 15 M "), 900_000);
  assert.equal(windowMs("1h30m"), 5_400_000);
  assert.equal(windowMs("1d"), 86_400_000);
});

test("nothing is nothing, and anything else is no span", () => {
  assert.equal(windowMs("  "), 0);
  for (const text of ["15", "m", "1h x", "-1h", "0s", "1.5h", "<b>1h", "1y"]) assert.equal(windowMs(text), null, text);
});
