// The wizard's state: what survives a reload is kept in this tab's sessionStorage; secrets live in memory only.

import { publicUrl } from "./request.js";

const KEY = "vmexporter";

/** The state of a wizard that nobody has touched. */
export function initialState() {
  return {
    mode: "components",
    furthest: 0,
    range: { preset: "1 h", from: "", to: "", zone: "", start_ms: 0, end_ms: 0, problem: null },
    connection: noConnection(),
    test: null, // the answer of the test that passed, with an id
    selection: { key: "", off: [], body: null, totals: null },
    query: { text: "", step_ms: 0, key: "", judged: null, off: [] },
    obfuscation: { level: "support", own: {}, words: "", map: "", one_way: false, counts: null, problem: null },
    output: { file_name: "", folder: "" },
    form: "jsonl", // of the samples in the bundle
    window: "", // how much of the range is asked for at once, as it was typed
    run: null, // {id, file_name, state}
  };
}

/** A connection of which nothing was typed yet. */
export function noConnection() {
  return {
    url: "",
    auth: "none",
    username: "",
    tenant: "",
    ca_file: "",
    client_cert: "",
    client_key: "",
    insecure: false,
    header: "",
    headers: [],
  };
}

/** No secret at all; ``headers`` holds the values by place, the addresses are such as may hold credentials. */
export function noSecrets() {
  return { password: "", token: "", header: "", headers: [], url: "", insert_url: "", passphrase: "" };
}

/** Whether this connection cannot be made again from what a reload keeps. */
export function usesSecrets(connection, secrets) {
  const { auth } = connection;
  return auth !== "none" || secrets.headers.some(Boolean) || Boolean(secrets.url || secrets.insert_url);
}

/** What of *state* may be written down: no secret has a place in it, and no test that a secret was needed for. */
export function lasting(state, secrets) {
  const connection = { ...state.connection, url: publicUrl(state.connection.url) };
  return { ...state, connection, test: usesSecrets(state.connection, secrets) ? null : state.test };
}

/** The store of one page; *storage* is like sessionStorage, or null where there is none. */
export function createStore(storage, { key = KEY, initial = initialState } = {}) {
  const secrets = noSecrets(); // not a part of the state: nothing that writes the state can see it
  const listeners = new Set();
  const state = restore(storage, key, initial);
  const store = {
    state,
    secrets: () => secrets,
    setSecret(name, value) {
      secrets[name] = value;
    },
    dropSecrets() {
      const used = usesSecrets(state.connection, secrets);
      Object.assign(secrets, noSecrets());
      const patch = { connection: { ...state.connection, url: publicUrl(state.connection.url) } };
      store.set(used ? { ...patch, test: null } : patch);
    },
    /** Change some keys of the state, write down what may be, and tell everyone. */
    set(patch) {
      Object.assign(state, patch);
      try {
        storage?.setItem(key, JSON.stringify(lasting(state, secrets)));
      } catch {
        // a full or forbidden storage takes nothing but the reload's comfort
      }
      for (const listener of [...listeners]) listener(state);
    },
    /** Change some keys of one part of the state. */
    patch(part, values) {
      store.set({ [part]: { ...state[part], ...values } });
    },
    /** Change the connection; whatever was tested before is not what would be used now. */
    changeConnection(values) {
      store.set({ connection: { ...state.connection, ...values }, test: null });
    },
    /** Call *listener* at each change until *signal* says stop. */
    on(listener, signal) {
      listeners.add(listener);
      signal?.addEventListener("abort", () => listeners.delete(listener));
    },
    /** Begin anew: the connection stays, without its secrets. */
    reset() {
      const { connection, mode } = state;
      store.set({ ...initial(), ...(mode ? { mode } : {}), connection });
    },
  };
  return store;
}

function restore(storage, key, initial) {
  const fresh = initial();
  try {
    const kept = JSON.parse(storage?.getItem(key) ?? "{}");
    for (const [part, value] of Object.entries(kept)) {
      if (!(part in fresh)) continue;
      const isPart = fresh[part] !== null && typeof fresh[part] === "object";
      fresh[part] = isPart ? { ...fresh[part], ...value } : value;
    }
  } catch {
    return initial();
  }
  return fresh;
}
