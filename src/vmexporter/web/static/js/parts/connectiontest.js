// The panel of the connection test: runs it, shows its stages while they happen, and keeps what it found.

import { attribute, button, fill, h, note, state } from "../dom.js";
import { sentence, took } from "../format.js";
import { attemptList, stageList, stageName, unreached, withStage } from "./stages.js";

const BROKEN = { message: "Cannot finish the test: vmexporter broke off its answer", hint: "Test again" };

/**
 * The panel. *on* is asked isComplete(), ask(signal) → lines of stages and a result, keep(result) → what the state keeps
 * of it, found(test) → how that is shown, server() → who is asked; and told: failed(error), passed(result).
 * ``on.stages`` are the names of the stages in their order.
 */
export function connectionTest(app, signal, on) {
  const { store } = app;
  const tag = h("span.tag", { role: "status" });
  const runButton = button("Test connection", () => (running ? stop() : run()), "sm", {
    id: "run-test",
    class: "push",
  });
  const body = h("div.inner");
  const root = h(
    "section.panel",
    { "aria-labelledby": "test" },
    h("header", null, h("h2#test", null, "Connection test"), tag, runButton),
    body,
  );
  let running = null;
  signal.addEventListener("abort", () => running?.abort());

  async function run() {
    if (!on.isComplete()) return;
    running?.abort();
    const mine = new AbortController();
    running = mine;
    store.set({ test: null, contacted: on.server() });
    app.cache.failedTest = null;
    let stages = [];
    let last = null;
    show("", "", stageList([]), "Stop");
    try {
      for await (const line of on.ask(mine.signal)) {
        if (mine.signal.aborted) return;
        if (line.stage) stages = withStage(stages, line.stage);
        else last = line;
        show("", "", stageList(stages), "Stop");
      }
      if (last?.result) passed(last.result, stages);
      else failed({ ...(last?.error ?? BROKEN), stages: last?.stages ?? stages });
    } catch (error) {
      if (!mine.signal.aborted)
        failed({
          message: error.message,
          hint: error.hint,
          field: error.field,
          code: error.code,
          status: error.status,
          stages: error.stages?.length ? error.stages : stages,
        });
    } finally {
      if (running === mine) running = null;
    }
  }

  function passed(result, seen) {
    running = null;
    const stages = result.stages?.length ? result.stages : seen;
    store.set({ test: { id: String(Date.now()), stages, ...on.keep(result) } });
    draw();
    on.passed(result);
  }

  function failed(error) {
    running = null;
    app.cache.failedTest = { ...error, message: sentence(error.message), hint: sentence(error.hint) };
    draw();
    on.failed(error);
  }

  function stop() {
    running?.abort();
    running = null;
    draw();
  }

  function draw() {
    const { test } = store.state;
    if (test) {
      const total = test.stages.reduce((sum, { took_s }) => sum + (took_s ?? 0), 0);
      show("is-ok", `Passed in ${took(total)}`, [stageList(test.stages), on.found(test)], "Test again");
    } else if (app.cache.failedTest) {
      const { message, hint, stages } = app.cache.failedTest;
      const bad = stages.find((stage) => stage.state === "failed");
      const words = bad ? null : h("div.body", null, note("bad", `${message}.`, hint));
      const attempts = attemptList(stages);
      show(
        "is-bad",
        bad ? `Failed at ${smallName(bad.name)}` : "Failed",
        [
          stageList(stages, { hint, rest: unreached(stages, on.stages) }),
          words,
          attempts ? h("footer", null, attempts) : null,
        ],
        "Test again",
      );
    } else {
      show(
        "",
        "",
        state(
          "empty",
          "Not tested yet",
          `Each stage will show here as it happens: ${on.stages.map((name) => smallName(name)).join(", ")}.`,
        ),
        "Test connection",
      );
    }
  }

  function show(kind, words, content, act) {
    tag.hidden = !words;
    tag.className = `tag ${kind}`;
    if (tag.textContent !== words) tag.textContent = words;
    fill(body, content);
    runButton.textContent = act;
    attribute(body, "aria-busy", running ? "true" : null);
  }

  draw();
  return {
    root,
    run,
    /** Something was changed: what stands here is of another connection. */
    invalidate() {
      running?.abort();
      running = null;
      app.cache.failedTest = null;
      draw();
    },
  };
}

/** The name of a stage within a sentence. */
const smallName = (name) => stageName(name).replace(/^[A-Z](?![A-Z])/, (first) => first.toLowerCase());
