// What survives a reload, and what never does.

import assert from "node:assert/strict";
import test from "node:test";
import { createStore, initialState } from "../../src/vmexporter/web/static/js/store.js";

const PLANTED = "pl4nted-s3cret";

function memoryStorage() {
  const kept = new Map();
  return { kept, getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
}

test("what is not secret survives", () => {
  const storage = memoryStorage();
  const store = createStore(storage);
  store.patch("range", { preset: "", from: "a", start_ms: 1, end_ms: 2 });
  store.changeConnection({ url: "http://vm:8428", auth: "basic", username: "jane" });
  store.patch("obfuscation", { words: "acme", own: { team: "drop" } });
  const { state } = createStore(storage);
  assert.equal(state.range.from, "a");
  assert.equal(state.connection.username, "jane");
  assert.deepEqual(state.obfuscation.own, { team: "drop" });
  assert.equal(state.obfuscation.level, "support");
});

test("no secret is ever written", () => {
  const storage = memoryStorage();
  const store = createStore(storage);
  store.setSecret("password", PLANTED);
  store.setSecret("token", PLANTED);
  store.setSecret("header", PLANTED);
  store.setSecret("headers", [PLANTED]);
  store.setSecret("url", `http://u:${PLANTED}@vm`);
  store.setSecret("passphrase", PLANTED);
  store.changeConnection({ url: `http://u:${PLANTED}@vm/?key=${PLANTED}`, auth: "basic", headers: ["X-Key"] });
  store.set({ test: { id: "1", stages: [] } });
  store.patch("query", { text: "up" });
  for (const text of storage.kept.values()) assert.equal(text.includes(PLANTED), false);
  assert.equal(createStore(storage).secrets().password, "");
});

test("a test that needed a secret does not survive, another one does", () => {
  const storage = memoryStorage();
  const store = createStore(storage);
  store.changeConnection({ url: "http://vm" });
  store.set({ test: { id: "1" } });
  assert.equal(createStore(storage).state.test.id, "1");
  store.changeConnection({ auth: "bearer" });
  store.setSecret("token", PLANTED);
  store.set({ test: { id: "2" } });
  assert.equal(createStore(storage).state.test, null);
});

test("changing the connection takes the test back", () => {
  const store = createStore(null);
  store.set({ test: { id: "1" } });
  store.changeConnection({ tenant: "7" });
  assert.equal(store.state.test, null);
});

test("dropping secrets drops them, and the test that used them", () => {
  const store = createStore(null);
  store.setSecret("password", PLANTED);
  store.changeConnection({ url: "http://vm", auth: "basic" });
  store.set({ test: { id: "1" } });
  store.dropSecrets();
  assert.equal(JSON.stringify(store.secrets()).includes(PLANTED), false);
  assert.equal(store.state.test, null);
});

test("a storage that is full, broken or foreign does no harm", () => {
  const full = { getItem: () => null, setItem: () => assert.fail("full") };
  const store = createStore({
    ...full,
    setItem: () => {
      throw new Error("full");
    },
  });
  store.set({ mode: "query" });
  assert.equal(store.state.mode, "query");
  for (const text of ["{", "[]", '"x"', "null", '{"other": 1, "run": null}']) {
    const { state } = createStore({ ...full, getItem: () => text });
    assert.deepEqual(Object.keys(state), Object.keys(initialState()), text);
  }
});

test("listeners hear of changes until their signal ends", () => {
  const store = createStore(null);
  const ending = new AbortController();
  let heard = 0;
  store.on(() => (heard += 1), ending.signal);
  store.set({});
  ending.abort();
  store.set({});
  assert.equal(heard, 1);
});

test("beginning anew keeps the connection", () => {
  const store = createStore(null);
  store.changeConnection({ url: "http://vm" });
  store.set({ run: { id: "1", state: "finished" }, furthest: 5 });
  store.reset();
  assert.equal(store.state.connection.url, "http://vm");
  assert.equal(store.state.run, null);
  assert.equal(store.state.furthest, 0);
});
