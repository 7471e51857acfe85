// The page of opened bundles: values, scales, the place in the address, marks in words.

import assert from "node:assert/strict";
import test from "node:test";
import { lookOf, scaleOf, valuesAt } from "../../src/vmexporter/web/static/js/open/lines.js";
import { markWords } from "../../src/vmexporter/web/static/js/open/marks.js";
import { choices, parsePlace, placeHash, sameView } from "../../src/vmexporter/web/static/js/open/place.js";
import { clock, moment, shown } from "../../src/vmexporter/web/static/js/open/values.js";

test("values have three digits and their unit", () => {
  const cases = [
    [0, "short", "0"],
    [1234, "short", "1.23 k"],
    [999.6, "short", "1 k"],
    [100, "short", "100"],
    [-15_900_000, "short", "-15.9 M"],
    [0.000123, "ops", "0.000123/s"],
    [0.1234, "percent", "12.3 %"],
    [1, "percent", "100 %"],
    [1e10, "bytes", "10 GB"],
    [0.0015, "seconds", "1.5 ms"],
    [0.0000042, "seconds", "4.2 µs"],
    [90, "seconds", "1.5 min"],
    [259_200, "seconds", "3 d"],
  ];
  for (const [value, unit, words] of cases) assert.equal(shown(value, unit), words);
  for (const nothing of [null, undefined, NaN, Infinity]) assert.equal(shown(nothing, "short"), "no value");
});

test("a scale begins at zero and ends where it reads well", () => {
  const lines = (...values) => [{ values }];
  assert.deepEqual(scaleOf(lines(0, null, 9), "short"), [0, 10]);
  assert.deepEqual(scaleOf(lines(-3, 1), "short"), [-4, 1.5]);
  assert.deepEqual(scaleOf(lines(-3), "short"), [-4, 0]);
  assert.deepEqual(scaleOf(lines(0), "short"), [0, 1]);
  assert.deepEqual(scaleOf(lines(3700), "seconds"), [0, 5400]);
});

test("lines are told apart by colour, then by dashes", () => {
  assert.deepEqual(lookOf(0), { colour: 1, dash: [] });
  assert.deepEqual(lookOf(4), { colour: 5, dash: [6, 3] });
  const looks = new Set(Array.from({ length: 24 }, (_, place) => JSON.stringify(lookOf(place))));
  assert.equal(looks.size, 24);
});

test("what the cursor tells comes highest first", () => {
  const lines = [
    { name: "a", values: [1, null] },
    { name: "b", values: [2, 3] },
  ];
  assert.deepEqual(valuesAt(lines, 0).map(({ name }) => name), ["b", "a"]);
  assert.deepEqual(valuesAt(lines, 1), [{ name: "b", value: 3 }]);
});

test("a place is its address, and back", () => {
  const filter = { bundle: "", component: "", job: 'a&b="?#', instance: "" };
  const place = { tab: "storage", filter, beside: "", zoom: { start_ms: 1, end_ms: 2 } };
  assert.deepEqual(parsePlace(placeHash(place)), place);
  assert.equal(placeHash({ tab: "findings", filter: { ...filter, job: "" }, beside: "", zoom: null }), "#/findings");
  assert.equal(parsePlace("").tab, "overview");
  for (const bad of ["#/storage?from=2&to=1", "#/storage?from=x&to=1", "#/storage?from=1"]) {
    assert.equal(parsePlace(bad).zoom, null);
  }
  assert.ok(sameView(place, { ...place, zoom: null }));
  assert.ok(!sameView(place, { ...place, filter: { ...filter, job: "b" } }));
});

test("a filter offers what the others leave", () => {
  const everyone = [
    { component: "vmagent", job: "a", instance: "1" },
    { component: "vmalert", job: "a", instance: "2" },
    { component: "vmauth", job: "b", instance: "3" },
  ];
  const filter = { component: "", job: "a", instance: "" };
  assert.deepEqual(choices(everyone, filter, "component"), ["vmagent", "vmalert"]);
  assert.deepEqual(choices(everyone, filter, "job"), ["a", "b"]);
  assert.deepEqual(choices(everyone, { ...filter, instance: "9" }, "instance"), ["9", "1", "2"]);
});

test("moments are as fine as the range is short", () => {
  const at = 1_795_424_309_670;
  assert.equal(moment(at), "2026-11-23 08:58:29 UTC");
  assert.equal(clock(at, { start_ms: 0, end_ms: 600_000 }), "08:58:29");
  assert.equal(clock(at, { start_ms: 0, end_ms: 3_600_000 }), "08:58");
  assert.equal(clock(at, { start_ms: 0, end_ms: 100_000_000 }), "11-23 08:58");
});

test("marks in words", () => {
  const mark = { kind: "restart", at_ms: 0, until_ms: 0, component: "vmagent", instance: "a:1", version: "" };
  assert.equal(markWords(mark), "vmagent a:1 restarted");
  assert.equal(markWords({ ...mark, version: "v2" }, false), "restarted as v2");
  assert.equal(markWords({ ...mark, kind: "version", version: "v2" }), "vmagent a:1 became v2");
  assert.equal(markWords({ ...mark, kind: "down", until_ms: 300_000 }), "vmagent a:1 down for 5 minutes");
});
