// A selector or an expression: judged by the server while it is typed, with what it finds and the choice among it.

import { button, fill, h, state } from "../dom.js";
import { count, sentence } from "../format.js";
import { questionBody, questionKey } from "../request.js";
import { failed } from "./asking.js";
import { debounce, field } from "./field.js";
import { examples, stepSelect } from "./queryfields.js";
import { samplePreview } from "./samplepreview.js";
import { targetList } from "./targetlist.js";

/** Show the step in its other mode. */
export function queryView(root, app, signal) {
  const { store } = app;
  const kind = h("span.tag", { hidden: true });
  const editor = field({
    id: "query",
    label: "Selector or expression",
    tag: "textarea",
    class: "mono",
    rows: "4",
    oninput: typed,
    hint: "The server checks it while you type",
  });
  editor.input.value = store.state.query.text;
  editor.root.querySelector("label").append(" ", kind);
  const results = h("section.panel", { "aria-label": "What it finds", "aria-live": "polite" });
  const preview = samplePreview(app, signal);
  const step = stepSelect(store);
  const later = debounce(() => void judge(), 500);
  let running = new AbortController();
  signal.addEventListener("abort", () => {
    later.stop();
    running.abort();
  });
  fill(
    root,
    h(
      "div.stack",
      null,
      h("div.querytop", null, h("div.stack-s", null, editor.root, examples(editor, typed)), step.root),
      results,
    ),
    preview.root,
  );

  function typed() {
    running.abort();
    store.patch("query", { text: editor.input.value, judged: null, key: "", off: [] });
    editor.say();
    later();
  }

  async function judge() {
    const { text } = store.state.query;
    running.abort();
    if (!text.trim()) return draw(null);
    running = new AbortController();
    const mine = running;
    const felt = setTimeout(() => fill(results, state("loading", "Asking the server")), 200);
    try {
      const key = questionKey(store.state);
      const judged = await app.api.judge({ ...questionBody(store.state, store.secrets()), text }, mine.signal);
      if (!mine.signal.aborted) {
        store.patch("query", { judged, key });
        draw(judged);
      }
    } catch (error) {
      if (!mine.signal.aborted && "status" in error)
        fill(
          results,
          failed(error, () => void judge()),
        );
    } finally {
      clearTimeout(felt);
    }
  }

  function draw(judged) {
    kind.hidden = !judged;
    kind.textContent = judged?.kind === "expression" ? "Expression" : "Selector";
    step.show(judged?.kind);
    preview.root.hidden = !judged?.ok;
    if (!judged)
      fill(
        results,
        state("empty", "Nothing to check yet", "What the server finds will show here: series, jobs and instances."),
      );
    else if (!judged.ok) {
      editor.say("bad", sentence(judged.message));
      fill(
        results,
        state(
          "error",
          "The server does not accept it",
          "What it says stands below the editor. Correct it there, or take one of the examples.",
        ),
      );
    } else {
      editor.say(
        judged.series && judged.message ? "hint" : "ok",
        (judged.series && sentence(judged.message)) || `Accepted as ${judged.kind === "expression" ? "an expression" : "a selector"}`,
      );
      fill(
        results,
        judged.series
          ? found(judged, store)
          : state(
              "empty",
              sentence(judged.message) || "It finds nothing in this range",
              "Check names and values, or take another range.",
              button("Take another range", () => app.go("range"), "sm"),
            ),
      );
      preview.stale(judged.series);
    }
  }

  const isFresh = store.state.query.key === questionKey(store.state);
  draw(isFresh ? store.state.query.judged : null);
  if (!isFresh && store.state.query.text.trim()) void judge();
}

function found(judged, store) {
  const instances = judged.jobs.reduce((sum, job) => sum + job.instances.length, 0);
  const cell = (name, words) => h("div", null, h("dt", null, name), h("dd", null, words));
  const isSelector = judged.kind === "selector";
  return [
    h(
      "div.body",
      null,
      h(
        "dl.stats",
        null,
        cell(isSelector ? "Series" : "Results", count(judged.series)),
        cell("Jobs", count(judged.jobs.length)),
        cell("Instances", count(instances)),
      ),
    ),
    isSelector
      ? targetList(judged, store)
      : h(
          "p.body.soft.ruled.small",
          null,
          "An expression gives new series, one value a step. Where a function or an aggregation takes the metric’s name away, the bundle has none either.",
        ),
  ];
}
