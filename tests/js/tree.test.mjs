// The tree of components: what is ticked, what is shown, and what is asked for.

import assert from "node:assert/strict";
import test from "node:test";
import * as tree from "../../src/vmexporter/web/static/js/tree.js";

const instance = (job, name, series = 10, more = {}) => ({
  job,
  instance: name,
  tenant: "",
  versions: ["v1.150.0"],
  series,
  samples: series * 100,
  first_ms: 0,
  last_ms: 1000,
  ...more,
});
const COMPONENTS = [
  { name: "vmstorage", family: true, instances: [instance("a", "s1"), instance("a", "s2"), instance("b", "s3")] },
  { name: "vmagent", family: true, instances: [instance("c", "<img src=x onerror=alert(1)>", 5)] },
  { name: "foreign", family: false, instances: [instance("d", "f1", 1)] },
];
const roots = tree.buildTree(COMPONENTS, [{ job: "a", instance: "s2", tenant: "", down: [[100, 200]] }]);
const [storage, agent] = roots;

test("sums and gaps go upwards", () => {
  assert.equal(storage.series, 30);
  assert.equal(storage.children.length, 2);
  assert.deepEqual(storage.downs, [[100, 200]]);
  assert.deepEqual(storage.children[1].downs, []);
  const unknown = tree.buildTree([
    { name: "x", instances: [instance("a", "1", null, { samples: null }), instance("a", "2")] },
  ]);
  assert.equal(unknown[0].series, null);
});

test("ticks have three states", () => {
  let off = new Set();
  assert.equal(tree.tickOf(storage, off), "on");
  off = tree.toggled(storage.children[0], off);
  assert.equal(tree.tickOf(storage.children[0], off), "off");
  assert.equal(tree.tickOf(storage, off), "mixed");
  off = tree.toggled(storage, off);
  assert.equal(tree.tickOf(storage, off), "on");
  off = tree.toggled(storage, off);
  assert.equal(tree.tickOf(storage, off), "off");
  assert.equal(tree.tickOf(agent, off), "on");
});

test("whole components by name, else the very targets", () => {
  assert.deepEqual(tree.treeSelection(roots, new Set()), { components: ["vmstorage", "vmagent", "foreign"] });
  const foreign = new Set(tree.offByDefault(COMPONENTS));
  assert.deepEqual(tree.treeSelection(roots, foreign), { components: ["vmstorage", "vmagent"] });
  const some = tree.toggled(storage.children[0], foreign);
  assert.deepEqual(tree.treeSelection(roots, some).targets, [
    { job: "b", instance: "s3" },
    { job: "c", instance: "<img src=x onerror=alert(1)>" },
  ]);
  const tenants = tree.buildTree([
    { name: "x", instances: [instance("a", "1", 1, { tenant: "7:0" }), instance("a", "2")] },
  ]);
  const one = tree.toggled(tenants[0].leaves[1], new Set());
  assert.deepEqual(tree.treeSelection(tenants, one), { targets: [{ job: "a", instance: "1", tenant: "7:0" }] });
});

test("totals follow the ticks", () => {
  const totals = { samples: 3600, bundle_bytes: 7200 };
  const all = tree.totalsOf(roots, new Set(), totals);
  assert.deepEqual(all, { instances: 5, of: 5, series: 36, samples: 3600, bytes: 7200 });
  const less = tree.totalsOf(roots, tree.toggled(storage, new Set()), totals);
  assert.deepEqual(less, { instances: 2, of: 5, series: 6, samples: 600, bytes: 1200 });
});

test("rows: what is open, or what has the text and leads there", () => {
  const names = (open, find) => tree.visibleRows(roots, new Set(open), find).map(({ node }) => node.name);
  assert.deepEqual(names([]), ["vmstorage", "vmagent", "foreign"]);
  assert.deepEqual(names([storage.key]), ["vmstorage", "a", "b", "vmagent", "foreign"]);
  assert.deepEqual(names([], "S3"), ["vmstorage", "b", "s3"]);
  assert.deepEqual(names([], "vmst"), ["vmstorage"]);
  assert.deepEqual(names([], "nothing"), []);
});

test("spans are joined where they meet", () => {
  assert.deepEqual(
    tree.union([
      [[5, 9]],
      [
        [1, 3],
        [2, 4],
      ],
      [[4, 5]],
    ]),
    [[1, 9]],
  );
  assert.deepEqual(tree.union([[[1, 2]], [[4, 5]]]), [
    [1, 2],
    [4, 5],
  ]);
});

test("where nothing at all was recorded is no outage", () => {
  const range = { start_ms: 0, end_ms: 1000 };
  const up = [
    {
      down: [
        [0, 100],
        [400, 500],
        [900, 1000],
      ],
    },
    {
      down: [
        [0, 110],
        [890, 1000],
      ],
    },
  ];
  assert.deepEqual(tree.unrecorded({ up }, range), [100, 900]);
  assert.deepEqual(
    tree.withoutUnrecorded({ up, step_ms: 10 }, range).map(({ down }) => down),
    [[[400, 500]], []],
  );
  const late = [{ down: [[0, 500]] }, { down: [] }];
  assert.deepEqual(tree.unrecorded({ up: late }, range), [null, null]);
  assert.deepEqual(tree.withoutUnrecorded({ up: late, step_ms: 10 }, range)[0].down, [[0, 500]]);
});
