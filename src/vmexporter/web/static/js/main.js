// Starts the page of an export.

import { api } from "./api.js";
import { startPage, tabStorage } from "./frame.js";
import { presetRange } from "./ranges.js";
import { createFollower } from "./runs.js";
import { createStore } from "./store.js";
import { course } from "./wizard.js";

const store = createStore(tabStorage());

startPage({
  course,
  store,
  follower: createFollower(store, api),
  home: "#/welcome",
  loaders: {
    welcome: () => import("./steps/welcome.js"),
    range: () => import("./steps/range.js"),
    connection: () => import("./steps/connection.js"),
    components: () => import("./steps/components.js"),
    obfuscation: () => import("./steps/obfuscation.js"),
    export: () => import("./steps/export.js"),
  },
  allRuns: () => api.runs(),
  begin({ config }) {
    const { metrics_server: url } = config;
    if (url && !store.state.connection.url) store.changeConnection({ url });
  },
  before({ nowMs }) {
    const { range } = store.state;
    if (!range.end_ms && range.preset) store.patch("range", presetRange(range.preset, nowMs()));
  },
});
