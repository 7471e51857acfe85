// Starts the page: configuration, state, the frame, and the step that the address names.

import { api, STALE, STOPPED } from "./api.js";
import { fill, h, note, button } from "./dom.js";
import { presetRange } from "./ranges.js";
import { createFollower } from "./runs.js";
import { buildBar, buildRail, focusOn } from "./shell.js";
import { createStore } from "./store.js";
import { applyTheme } from "./theme.js";
import { firstMissing, indexOf, isReachable, isRunning, stepName, STEPS } from "./wizard.js";

const LOADERS = {
  welcome: () => import("./steps/welcome.js"),
  range: () => import("./steps/range.js"),
  connection: () => import("./steps/connection.js"),
  components: () => import("./steps/components.js"),
  obfuscation: () => import("./steps/obfuscation.js"),
  export: () => import("./steps/export.js"),
};

const main = document.getElementById("main");
const bar = document.getElementById("bar");
const rail = document.getElementById("rail");

function storage() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

const store = createStore(storage());
const app = {
  api,
  store,
  config: {},
  cache: {},
  follower: createFollower(store, api),
  skewMs: 0,
  nowMs: () => Date.now() + app.skewMs,
  go(id, tail = "") {
    location.hash = `#/${id}${tail}`;
  },
  refresh: () => draw(),
};
let current = "";
let leaving = new AbortController();
let updateRail = () => {};
let updateBar = () => {};
let whole = null;

function draw() {
  updateRail(current, store.state, app.nowMs());
  updateBar(store.state);
  if (whole) whole.disabled = current !== "export" && isRunning(store.state);
}

function asked() {
  const [, id = "", tail = ""] = /^#\/([a-z]*)(?:\/(.*))?$/.exec(location.hash) ?? [];
  return { id: LOADERS[id] ? id : "", tail: decodeURIComponent(tail) };
}

async function show() {
  const { range } = store.state;
  if (!range.end_ms && range.preset) store.patch("range", presetRange(range.preset, app.nowMs()));
  const { id, tail } = asked();
  if (id === "export" && tail && store.state.run?.id !== tail) adopt(tail);
  const wanted = id || "welcome";
  const step = isReachable(wanted, store.state) ? wanted : firstMissing(wanted, store.state);
  if (step !== id) {
    location.replace(`#/${step}`);
    return;
  }
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const module = await LOADERS[step]().catch(() => null);
  if (signal.aborted) return;
  if (!module) {
    cannotShow(step);
    return;
  }
  const isFirst = current === "";
  current = step;
  store.set({ furthest: Math.max(store.state.furthest, indexOf(step)) });
  mount(module, step, signal);
  if (!isFirst) main.focus({ preventScroll: true });
  scrollTo(0, 0);
}

/** The step's own file did not come: the server is gone, and a failed import is never asked for again. */
function cannotShow(step) {
  const fact = `Cannot show ${stepName(step, store.state)}. ${STOPPED.message}.`;
  if (current) main.prepend(note("bad", fact, STOPPED.hint, againButton()));
  else noStep("Nothing to show", fact, STOPPED.hint);
  scrollTo(0, 0);
}

/** The page before its first step: without one there is nowhere to go back or on to. */
function noStep(title, fact, hint) {
  document.title = `${title}: vmexporter`;
  bar.hidden = true;
  fill(main, h("header.head", null, h("h1", null, title)), note("bad", fact, hint, againButton()));
}

const againButton = () => button("Try again", () => location.reload(), "sm");

function mount(module, step, signal) {
  const title = h("h1");
  const lead = h("p.lead");
  const root = h("div");
  const head = h(
    "header.head",
    null,
    h("p.eyebrow", null, `Step ${indexOf(step) + 1} of ${STEPS.length}`),
    title,
    lead,
  );
  const setHead = () => {
    const words = module.head(store.state, app);
    if (title.textContent !== words.title) title.textContent = words.title;
    if (lead.textContent !== words.lead) lead.textContent = words.lead;
    document.title =
      words.tab ?? `${stepName(step, store.state)}, step ${indexOf(step) + 1} of ${STEPS.length}: vmexporter`;
  };
  setHead();
  main.className = module.isWide ? "content wide" : "content";
  whole = h("fieldset", null, root);
  fill(main, head, whole);
  const own = module.mount(root, app, signal) ?? {};
  bar.hidden = false;
  updateBar = buildBar(bar, step, app, own);
  store.on(setHead, signal);
  draw();
}

/** Take up a run that this tab did not start. */
function adopt(id) {
  store.set({ run: { id, state: "running", file_name: "", words: "" } });
  app.follower.watch(id);
}

async function start() {
  applyTheme();
  updateRail = buildRail(rail, location.host);
  updateRail("", store.state, app.nowMs());
  try {
    app.config = await api.config();
  } catch (error) {
    noStep(error.code === STALE.code ? "This page has no key" : "No answer", `${error.message}.`, error.hint);
    return;
  }
  app.skewMs = Math.abs((app.config.now_ms ?? Date.now()) - Date.now()) > 5000 ? app.config.now_ms - Date.now() : 0;
  const { metrics_server: url } = app.config;
  if (url && !store.state.connection.url) store.changeConnection({ url });
  store.on(draw);
  const { run } = store.state;
  if (run) app.follower.watch(run.id);
  else if (asked().id === "export" && !asked().tail) await findRunning();
  addEventListener("hashchange", () => void show());
  await show();
}

/** Somebody closed the page while an export ran: the newest one is what he comes back for. */
async function findRunning() {
  const { runs } = await api.runs().catch(() => ({ runs: [] }));
  const newest = runs
    .filter((run) => run.state === "running")
    .sort((one, other) => other.created_ms - one.created_ms)[0];
  if (newest) adopt(newest.id);
}

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address's fragment names the step
  focusOn("main");
});
void start();
