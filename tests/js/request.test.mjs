// The state as the API wants it; and addresses without what is secret in them.

import assert from "node:assert/strict";
import test from "node:test";
import * as request from "../../src/vmexporter/web/static/js/request.js";
import { initialState, noSecrets } from "../../src/vmexporter/web/static/js/store.js";

const SECRETS = { ...noSecrets(), password: "s3cret", token: "t0ken", header: "h3ader", headers: ["one", "two"] };

test("an address loses user, password, arguments and fragment", () => {
  const cases = {
    "http://vm:8428": "http://vm:8428",
    "https://u:p@vm:8428/select/0": "https://vm:8428/select/0",
    "u:p@vm": "vm",
    "https://u:p@ss?w@vm/x?token=abc#y": "https://vm/x",
    "vm:8428/?authKey=abc": "vm:8428/",
    "[fd83::5]:8428": "[fd83::5]:8428",
  };
  for (const [text, kept] of Object.entries(cases)) assert.equal(request.publicUrl(text), kept);
  assert.equal(request.serverName("https://u:p@vm:8481/select/0/"), "vm:8481");
});

test("only the secret of the way that was chosen is sent", () => {
  const { connection } = initialState();
  const body = (auth) =>
    request.connectionBody({ ...connection, auth, username: "jane", header: "X-Key", headers: ["A", ""] }, SECRETS);
  assert.deepEqual(body("none").auth, { type: "none", username: "", password: "", token: "" });
  assert.deepEqual(body("basic").auth, { type: "basic", username: "jane", password: "s3cret", token: "" });
  assert.deepEqual(body("bearer").auth, { type: "bearer", username: "", password: "", token: "t0ken" });
  assert.deepEqual(body("header").auth.type, "none");
  assert.deepEqual(body("header").headers, [
    { name: "X-Key", value: "h3ader" },
    { name: "A", value: "one" },
  ]);
  assert.deepEqual(body("none").headers, [{ name: "A", value: "one" }]);
});

test("an address with credentials is sent whole, from memory", () => {
  const { connection } = initialState();
  const body = request.connectionBody({ ...connection, url: "http://vm" }, { ...noSecrets(), url: "http://u:p@vm" });
  assert.equal(body.url, "http://u:p@vm");
});

test("obfuscation: own words once each, own decisions by action", () => {
  const body = request.obfuscationBody({
    level: "strict",
    own: { a: "keep", b: "drop", c: "map" },
    words: "acme, acme;\n heron ",
    one_way: true,
  });
  assert.deepEqual(body, {
    level: "strict",
    keep_labels: ["a"],
    map_labels: ["c"],
    drop_labels: ["b"],
    words: ["acme", "heron"],
    one_way: true,
  });
  const off = request.obfuscationBody({ level: "none", own: { a: "map", b: "drop" }, words: "acme", one_way: true });
  assert.deepEqual(off, {
    level: "none",
    keep_labels: [],
    map_labels: [],
    drop_labels: ["b"],
    words: [],
    one_way: false,
  });
});

test("a selector with some of its targets, and an expression with none", () => {
  const state = initialState();
  state.mode = "query";
  const jobs = [
    { job: "a", instances: ["1", "2"] },
    { job: "b", instances: ["3"] },
  ];
  state.query = { text: "up", step_ms: 0, judged: { kind: "selector", jobs }, off: [] };
  assert.deepEqual(request.selectionBody(state), { selectors: ["up"], step_ms: 0 });
  state.query.off = [JSON.stringify(["a", "2"])];
  assert.deepEqual(request.selectionBody(state).targets, [
    { job: "a", instance: "1" },
    { job: "b", instance: "3" },
  ]);
  state.query = { text: "sum(up)", step_ms: 60_000, judged: { kind: "expression", jobs: [] }, off: [] };
  assert.deepEqual(request.selectionBody(state), { query: "sum(up)", step_ms: 60_000 });
});

test("a map goes with the request only where something is mapped", () => {
  const state = initialState();
  state.obfuscation.map = "a.json";
  assert.equal(request.exportBody(state, SECRETS).map, "a.json");
  state.obfuscation.level = "none";
  assert.equal("map" in request.exportBody(state, SECRETS), false);
});

test("another tenant takes the place of the one that the address names", () => {
  const { withTenant } = request;
  assert.equal(
    withTenant("http://vm:8481/select/0/prometheus", "0", "1011:0"),
    "http://vm:8481/select/1011:0/prometheus",
  );
  assert.equal(withTenant("http://vm:8481/select/5:0/vmui/", "5", "7:3"), "http://vm:8481/select/7:3/vmui/");
  assert.equal(withTenant("https://u:p@host/1011", "1011", "7"), "https://u:p@host/7");
  assert.equal(withTenant("vm:8481", "0", "7"), null);
  assert.equal(withTenant("http://vm:8481/select/0/", "", "7"), null);
  assert.ok(request.isSameTenant("0", "0:0"));
  assert.equal(request.isSameTenant("1:2", "1"), false);
});
