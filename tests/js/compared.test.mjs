// Two bundles beside each other: the address, which are shown, their clocks, their lines, findings and components.

import assert from "node:assert/strict";
import test from "node:test";
import { besideWords, grouped, quietInBoth, summaryWords } from "../../src/vmexporter/web/static/js/open/checkwords.js";
import { byComponent, upWords, zoomWords } from "../../src/vmexporter/web/static/js/open/compared.js";
import { legendParts, placesOf, scaleOf } from "../../src/vmexporter/web/static/js/open/lines.js";
import { parsePlace, placeHash, sameView } from "../../src/vmexporter/web/static/js/open/place.js";
import { lacking, lagOf, partOf, shownOf, turned } from "../../src/vmexporter/web/static/js/open/sides.js";

const NOTHING = { component: "", job: "", instance: "" };
const BUNDLES = ["a", "b", "c"].map((label) => ({ label, name: `${label}.zip` }));
const place = (bundle, beside) => ({ tab: "storage", filter: { bundle, ...NOTHING }, beside, zoom: null });
const labels = (bundle, beside) => shownOf(BUNDLES, place(bundle, beside)).map(({ label }) => label);

test("what is compared stands in the address", () => {
  assert.equal(placeHash(place("a", "b")), "#/storage?bundle=a&beside=b");
  assert.deepEqual(parsePlace("#/storage?bundle=a&beside=b"), place("a", "b"));
  assert.ok(!sameView(place("a", "b"), place("a", "")));
});

test("one bundle is shown, or two that differ", () => {
  assert.deepEqual(labels("", ""), ["a"]);
  assert.deepEqual(labels("b", ""), ["b"]);
  assert.deepEqual(labels("", "c"), ["a", "c"]);
  assert.deepEqual(labels("", "a"), ["a"]);
  assert.deepEqual(labels("b", "b"), ["b"]);
  assert.deepEqual(labels("gone", "gone"), ["a"]);
  assert.deepEqual(shownOf([{ label: "", name: "x.zip" }], place("", "")).length, 1);
});

test("bundles of one name are told apart by their labels", () => {
  const bundles = [{ label: "x", name: "x.zip" }, { label: "x-2", name: "x.zip" }, BUNDLES[0]];
  assert.deepEqual(shownOf(bundles, place("x", "x-2")).map(({ name }) => name), ["x", "x-2"]);
  assert.deepEqual(shownOf(bundles, place("x", "a")).map(({ name }) => name), ["x", "a.zip"]);
});

test("to choose the bundle that is beside turns the two round", () => {
  const filter = { bundle: "b", ...NOTHING };
  assert.deepEqual(turned(place("", "b"), BUNDLES, "b"), { filter, beside: "a", zoom: null });
  assert.deepEqual(turned(place("a", "c"), BUNDLES, "b"), { filter, beside: "c", zoom: null });
});

test("ranges that meet share a clock, others their start", () => {
  const range = (start_ms, end_ms) => ({ start_ms, end_ms });
  assert.equal(lagOf(range(0, 100), range(0, 100)), 0);
  assert.equal(lagOf(range(0, 100), range(50, 150)), 0);
  assert.equal(lagOf(range(0, 100), range(51, 151)), 51);
  assert.equal(lagOf(range(1000, 1100), range(100, 150)), -900);
  assert.equal(lagOf(range(0, 1000), range(500, 510)), 0);
  assert.equal(lagOf(range(0, 100), range(70, 70)), 0);
});

test("a zoom is carried over to the second clock", () => {
  const side = { range: { start_ms: 700, end_ms: 800 }, lag_ms: 700 };
  assert.deepEqual(partOf(side, null), side.range);
  assert.deepEqual(partOf(side, { start_ms: 10, end_ms: 20 }), { start_ms: 710, end_ms: 720 });
});

test("why a bundle has nothing to show", () => {
  const everyone = [{ component: "vmagent", job: "a", instance: "1" }];
  const side = (filter) => ({ filter: { ...NOTHING, ...filter }, everyone, range: { start_ms: 0, end_ms: 100 }, lag_ms: 0 });
  assert.equal(lacking(side({}), null), null);
  assert.equal(lacking(side({ component: "vmagent", instance: "1" }), null), null);
  assert.equal(lacking(side({ component: "vmagent", job: "b" }), null).more, "There is no instance with component vmagent and job b.");
  assert.equal(lacking(side({}), { start_ms: 90, end_ms: 200 }), null);
  assert.match(lacking(side({}), { start_ms: 100, end_ms: 200 }).more, /1970-01-01 00:00:00 UTC to/);
});

const drawing = (...names) => names.map((name, place) => ({ name, values: [place + 1] }));

test("a name has one look in both plots, and the first keeps its own", () => {
  assert.deepEqual(placesOf([drawing("x", "y"), drawing("new", "y", "x")]), [[0, 1], [2, 1, 0]]);
  assert.deepEqual(placesOf([drawing("x", "x", "y"), drawing("y", "x")]), [[0, 1, 2], [2, 0]]);
});

test("the legend tells what only one plot has", () => {
  const drawings = [drawing("x", "y"), drawing("new", "y")];
  assert.deepEqual(legendParts(drawings, placesOf(drawings)), [
    { only: null, lines: [{ place: 1, name: "y" }] },
    { only: 0, lines: [{ place: 0, name: "x" }] },
    { only: 1, lines: [{ place: 2, name: "new" }] },
  ]);
  assert.deepEqual(legendParts([drawing("x")], [[0]]), [{ only: null, lines: [{ place: 0, name: "x" }] }]);
  assert.deepEqual(legendParts([[], []], [[], []]), []);
});

test("one scale holds what both reach", () => {
  assert.deepEqual(scaleOf([{ values: [1] }, { values: [-3, 900] }], "short"), [-4, 1000]);
});

const result = (id, state, more) => ({ id, state, findings: [], measured: 3, threshold: 0.5, unit: "percent", min_version: "1.96.0", ...more });
const found = (id, many = 1) => result(id, "found", { findings: Array(many).fill({}) });

test("findings are parted by who has them", () => {
  const first = [found("both"), found("here"), result("there", "clear"), result("none", "absent")];
  const second = [found("there"), found("both"), result("here", "no data"), result("none", "clear")];
  const { groups, quiet } = grouped([first, second]);
  const ids = (pairs) => pairs.map((pair) => pair.map(({ id, state }) => `${id} ${state}`));
  assert.deepEqual(ids(groups[0]), [["both found", "both found"], ["here found", "here no data"]]);
  assert.deepEqual(ids(groups[1]), [["there found", "there clear"]]);
  assert.deepEqual(ids(quiet), [["none absent", "none clear"]]);
  const alone = grouped([first]);
  assert.deepEqual(ids(alone.groups[0]), [["both found"], ["here found"]]);
  assert.deepEqual([alone.groups[1], ids(alone.quiet)], [[], [["there clear"], ["none absent"]]]);
});

test("what the other bundle has of a finding", () => {
  assert.equal(besideWords(found("a", 2), "b.zip"), "In b.zip, too: 2 of 3 above 50 %.");
  assert.equal(besideWords(result("a", "clear"), "b.zip"), "Not in b.zip: all is well, 3 measured.");
  assert.equal(besideWords(result("a", "absent"), "b.zip"), "Not in b.zip: no such component.");
  assert.equal(besideWords(result("a", "no data"), "b.zip"), "Cannot be told of b.zip: nothing was measured.");
  assert.equal(besideWords(result("a", "older"), "b.zip"), "Cannot be told of b.zip: needs v1.96.0.");
  assert.equal(besideWords(result("a", "absent"), "b.zip", "There is no instance with job a."), "Not in b.zip. There is no instance with job a.");
});

test("checks without a finding in words", () => {
  const names = ["a.zip", "b.zip"];
  assert.equal(quietInBoth([result("a", "absent"), result("a", "absent")], names), "both: no such component");
  assert.equal(quietInBoth([result("a", "clear"), result("a", "no data")], names), "a.zip: all is well, 3 measured; b.zip: nothing was measured");
  assert.equal(summaryWords([found("a"), result("b", "clear"), result("c", "older")]), "1 check of 3 found something, 1 found all well and 1 could not tell.");
});

test("components are counted in each bundle", () => {
  const row = (component, versions, restarts, up_share) => ({ component, versions, restarts, up_share });
  const overviews = [
    { rows: [row("vmstorage", ["v1"], 1, 1), row("vmstorage", ["v1", "v2"], null, 0.5), row("vmauth", [], null, null)] },
    { rows: [row("vmagent", ["v3"], 0, 1)] },
  ];
  assert.deepEqual(byComponent(overviews), [
    { component: "vmagent", sides: [null, { instances: 1, versions: ["v3"], restarts: 0, up_share: 1 }] },
    { component: "vmauth", sides: [{ instances: 1, versions: [], restarts: null, up_share: null }, null] },
    { component: "vmstorage", sides: [{ instances: 2, versions: ["v1", "v2"], restarts: 1, up_share: 0.75 }, null] },
  ]);
});

test("shares and clocks in words", () => {
  assert.equal(upWords(0.99999), "99.9 %");
  assert.equal(upWords(null), "unknown");
  assert.equal(zoomWords(0), "A zoom shows the same time of both.");
  assert.match(zoomWords(-86_400_000), /the second begins 1 day earlier\.$/);
  assert.match(zoomWords(3_600_000), /the second begins 1 hour later\.$/);
});
