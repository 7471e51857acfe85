// What every wizard of this page does: configuration, state, the rail and the bar, and the step that the address names.

import { api, STALE, STOPPED } from "./api.js";
import { isRunning } from "./course.js";
import { fill, h, note, button } from "./dom.js";
import { buildBar, buildRail, focusOn } from "./shell.js";
import { applyTheme } from "./theme.js";

/**
 * Start a wizard. *course* are its steps and *loaders* their modules by id, *store* its state, *follower* follows its
 * run, *home* is where the brand leads. *begin*(app) is called once the configuration is there, *before*(app) before
 * each step, and *allRuns*() where the last step is asked for without a run.
 */
export function startPage({ course, loaders, store, follower, home, ...on }) {
  const [main, bar, rail] = ["main", "bar", "rail"].map((id) => document.getElementById(id));
  const app = {
    api,
    course,
    store,
    follower,
    config: {},
    cache: {},
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
    if (whole) whole.disabled = current !== course.last && isRunning(store.state);
  }

  function asked() {
    const [, id = "", tail = ""] = /^#\/([a-z]*)(?:\/(\w*))?$/.exec(location.hash) ?? [];
    return { id: loaders[id] ? id : "", tail };
  }

  async function show() {
    on.before?.(app);
    const { id, tail } = asked();
    if (id === course.last && tail && store.state.run?.id !== tail) adopt(tail);
    const wanted = id || course.steps[0].id;
    const step = course.isReachable(wanted, store.state) ? wanted : course.firstMissing(wanted, store.state);
    if (step !== id) {
      location.replace(`#/${step}`);
      return;
    }
    leaving.abort();
    leaving = new AbortController();
    const { signal } = leaving;
    const module = await loaders[step]().catch(() => null);
    if (signal.aborted) return;
    if (!module) {
      cannotShow(step);
      return;
    }
    const isFirst = current === "";
    current = step;
    store.set({ furthest: Math.max(store.state.furthest, course.indexOf(step)) });
    mount(module, step, signal);
    if (!isFirst) main.focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  /** The step's own file did not come: the server is gone, and a failed import is never asked for again. */
  function cannotShow(step) {
    const fact = `Cannot show ${course.stepName(step, store.state)}. ${STOPPED.message}.`;
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
    const where = `tep ${course.indexOf(step) + 1} of ${course.steps.length}`;
    const head = h("header.head", null, h("p.eyebrow", null, `S${where}`), title, lead);
    const setHead = () => {
      const words = module.head(store.state, app);
      if (title.textContent !== words.title) title.textContent = words.title;
      if (lead.textContent !== words.lead) lead.textContent = words.lead;
      document.title = words.tab ?? `${course.stepName(step, store.state)}, ${course.of ?? ""}s${where}: vmexporter`;
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
    follower.watch(id);
  }

  async function start() {
    applyTheme();
    updateRail = buildRail(rail, location.host, course, home);
    updateRail("", store.state, app.nowMs());
    try {
      app.config = await api.config();
    } catch (error) {
      noStep(error.code === STALE.code ? "This page has no key" : "No answer", `${error.message}.`, error.hint);
      return;
    }
    app.skewMs = Math.abs((app.config.now_ms ?? Date.now()) - Date.now()) > 5000 ? app.config.now_ms - Date.now() : 0;
    on.begin?.(app);
    store.on(draw);
    const { run } = store.state;
    if (run) follower.watch(run.id);
    else if (asked().id === course.last && !asked().tail) await takeUp();
    addEventListener("hashchange", () => void show());
    await show();
  }

  /** Somebody closed the page while a run was at work: the newest one is what he comes back for. */
  async function takeUp() {
    const { runs } = await on.allRuns().catch(() => ({ runs: [] }));
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
}

/** This tab's storage, or null where it is forbidden. */
export function tabStorage() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
