// The map of an earlier bundle: which errors are about it, and when it is sent at all.

import assert from "node:assert/strict";
import test from "node:test";
import { mapProblem } from "../../src/vmexporter/web/static/js/parts/mapproblem.js";
import { exportBody } from "../../src/vmexporter/web/static/js/request.js";
import { initialState, noSecrets } from "../../src/vmexporter/web/static/js/store.js";

test("errors about the map name its field", () => {
  const error = { field: "", code: "invalid_input", message: "Cannot" };
  assert.deepEqual(mapProblem({ ...error, field: "map" }), { field: "map", why: "Cannot" });
  assert.deepEqual(mapProblem({ ...error, field: "map_passphrase" }), { field: "passphrase", why: "Cannot" });
  assert.deepEqual(mapProblem({ ...error, code: "bundle_damaged" }), { field: "map", why: "Cannot" });
  assert.equal(mapProblem(error), null);
  assert.equal(mapProblem({ ...error, field: "selection" }), null);
});

test("a map is sent only where one is used", () => {
  const state = initialState();
  state.obfuscation.map = "a.json";
  const secrets = { ...noSecrets(), passphrase: "p" };
  assert.deepEqual([exportBody(state, secrets).map, exportBody(state, secrets).map_passphrase], ["a.json", "p"]);
  for (const without of [{ level: "none" }, { one_way: true }]) {
    const body = exportBody({ ...state, obfuscation: { ...state.obfuscation, ...without } }, secrets);
    assert.equal("map" in body || "map_passphrase" in body, false);
  }
});
