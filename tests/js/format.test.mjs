// Numbers, sizes and spans as people read them.

import assert from "node:assert/strict";
import test from "node:test";
import * as format from "../../src/vmexporter/web/static/js/format.js";

test("counts have all digits while few, then three and a unit", () => {
  const cases = { 0: "0", 5540: "5,540", 99_999: "99,999", 100_000: "100 k", 940_000: "940 k", 15_871_556: "15.9 M" };
  for (const [number, words] of Object.entries(cases)) assert.equal(format.count(Number(number)), words);
  assert.equal(format.count(999_999), "1.00 M");
  assert.equal(format.count(2.5e12), "2.50 T");
});

test("what is not known is said to be unknown", () => {
  for (const show of [format.count, format.exact, format.bytes]) {
    for (const nothing of [null, undefined, NaN]) assert.equal(show(nothing), "unknown");
  }
});

test("sizes", () => {
  assert.equal(format.bytes(0), "0 B");
  assert.equal(format.bytes(999), "999 B");
  assert.equal(format.bytes(38_400_000), "38.4 MB");
  assert.equal(format.bytes(999_900), "1.00 MB");
});

test("spans in words have at most two units", () => {
  const cases = { 250: "250 milliseconds", 1000: "1 second", 26_000: "26 seconds", 43_200_000: "12 hours" };
  for (const [ms, words] of Object.entries(cases)) assert.equal(format.span(Number(ms)), words);
  assert.equal(format.span(5_400_000), "1 hour 30 minutes");
  assert.equal(format.span(86_400_000 + 3_600_000 + 60_000), "1 day 1 hour");
  assert.equal(format.span(86_400_000 + 60_000), "1 day");
});

test("short spans", () => {
  assert.equal(format.shortSpan(43_200_000), "12 h");
  assert.equal(format.shortSpan(86_400_000), "24 h");
  assert.equal(format.shortSpan(604_800_000), "7 d");
  assert.equal(format.shortSpan(1_000_000), "16 m 40 s");
  assert.equal(format.shortSpan(45_000), "45 s");
});

test("clocks and times taken", () => {
  assert.equal(format.clock(14), "0:14");
  assert.equal(format.clock(3723), "1:02:03");
  assert.equal(format.took(0), "0 ms");
  assert.equal(format.took(0.054), "54 ms");
  assert.equal(format.took(1.84), "1.8 s");
});

test("lists, plurals and paths", () => {
  assert.equal(format.listed(["a", "b", "c"]), "a, b and c");
  assert.equal(format.listed(["a"]), "a");
  assert.equal(format.plural(1, "window"), "1 window");
  assert.equal(format.plural(1200, "window"), "1,200 windows");
  assert.equal(format.plural(2, "series", "series"), "2 series");
  assert.equal(format.fileName("C:\\out\\a.zip"), "a.zip");
  assert.equal(format.folderOf("/home/jane/a.zip"), "/home/jane");
});
