// The cells of the windows: as wide as the windows are long, merged where there are very many.

import assert from "node:assert/strict";
import test from "node:test";
import { mergedCells } from "../../src/vmexporter/web/static/js/parts/windowcells.js";

test("each window has its own width", () => {
  assert.deepEqual(mergedCells(["ok", "now", "todo"], [50, 25, 100]), [
    { state: "ok", ms: 50 },
    { state: "now", ms: 25 },
    { state: "todo", ms: 100 },
  ]);
});

test("without lengths all are alike", () => {
  assert.deepEqual(
    mergedCells(["ok", "todo"], [1]).map(({ ms }) => ms),
    [1, 1],
  );
  assert.deepEqual(mergedCells([]), []);
});

test("very many share cells, which add up", () => {
  const states = Array.from({ length: 150 }, (_, at) => (at < 100 ? "ok" : at === 100 ? "again" : "todo"));
  const cells = mergedCells(
    states,
    states.map((_, at) => (at === 0 ? 5 : 10)),
  );
  assert.equal(cells.length, 60);
  assert.equal(cells.filter(({ state }) => state === "again").length, 1);
  assert.deepEqual([cells[0].state, cells.at(-1).state], ["ok", "todo"]);
  assert.equal(
    cells.reduce((sum, { ms }) => sum + ms, 0),
    1495,
  );
});
