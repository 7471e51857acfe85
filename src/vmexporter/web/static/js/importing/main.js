// Starts the page of an import.

import { api, importApi } from "../api.js";
import { startPage, tabStorage } from "../frame.js";
import { createFollower } from "../runs.js";
import { createStore } from "../store.js";
import { course, runWords } from "./course.js";
import { initialState } from "./state.js";

const store = createStore(tabStorage(), { key: "vmexporter-import", initial: initialState });

startPage({
  course,
  store,
  follower: createFollower(store, importApi, runWords),
  home: "./",
  loaders: {
    bundle: () => import("./steps/bundle.js"),
    target: () => import("./steps/target.js"),
    check: () => import("./steps/check.js"),
    import: () => import("./steps/import.js"),
  },
  allRuns: () => importApi.runs(),
  begin(app) {
    app.imports = importApi;
    // one address is where data is sent; with a second one, the first is where queries go
    const address = (...given) => (store.state.insert_url ? api : importApi).address(...given);
    app.api = { ...api, address };
  },
});
