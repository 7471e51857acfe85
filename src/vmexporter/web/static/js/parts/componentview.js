// The components found: totals and chart above, tree and lanes below, all lanes on the chart's axis.

import { button, fill, h, icon, state as stateBox } from "../dom.js";
import { questionBody, questionKey } from "../request.js";
import { buildTree, offByDefault, totalsOf, treeSelection, unrecorded, withoutUnrecorded } from "../tree.js";
import { utcText } from "../ranges.js";
import { createAsker } from "./asking.js";
import { notes, stats } from "./componentnotes.js";
import { chartFigure } from "./chartfigure.js";
import { samplePreview } from "./samplepreview.js";
import { treeGrid } from "./treegrid.js";

const OPEN_ALL = 8;

/** Show the step in its usual mode. */
export function componentView(root, app, signal) {
  const ask = createAsker(root, signal, true);
  void find();

  async function find() {
    const { state } = app.store;
    const key = questionKey(state);
    if (app.cache.discovery?.key === key) return fill(root, found(app.cache.discovery.answer, key));
    await ask(
      "Finding components",
      async (asked) => {
        const answer = await app.api.discover(questionBody(app.store.state, app.store.secrets()), asked);
        app.cache.discovery = { key, answer };
        return answer;
      },
      (answer) => found(answer, key),
    );
  }

  function found(answer, key) {
    if (!answer.components.length) return nothing(app);
    return view(app, signal, answer, key, () => void find());
  }
}

function nothing(app) {
  const { start_ms, end_ms } = app.store.state.range;
  app.store.patch("selection", { key: "", totals: null });
  return h(
    "section.panel",
    null,
    stateBox(
      "empty",
      "No VictoriaMetrics in this range",
      `Nothing reported vm_app_version from ${utcText(start_ms)} to ${utcText(end_ms)}. Is this the server that scrapes your cluster?`,
      button("Take another range", () => app.go("range"), "sm"),
      button("Take another server", () => app.go("connection"), "sm"),
    ),
  );
}

function view(app, signal, answer, key, again) {
  const { store } = app;
  const lanes = () =>
    app.cache.chart?.key === key ? withoutUnrecorded(app.cache.chart.answer, store.state.range) : [];
  const edges = () =>
    app.cache.chart?.key === key ? unrecorded(app.cache.chart.answer, store.state.range) : [null, null];
  let roots = buildTree(answer.components, lanes());
  const leaves = roots.flatMap((root) => root.leaves);
  const known = new Set(leaves.map((leaf) => leaf.key));
  const kept = store.state.selection.body ? store.state.selection.off : offByDefault(answer.components);
  let off = new Set(kept.filter((leaf) => known.has(leaf)));
  const figures = h("dl.stats");
  const notices = h("div.stack-s", { role: "status" });
  const preview = samplePreview(app, signal);
  const grid = treeGrid({
    roots,
    off,
    range: store.state.range,
    open: leaves.length <= OPEN_ALL ? allKeys(roots) : [],
    onTick(next) {
      off = next;
      commit();
    },
  });
  const chart = chartFigure(app, signal, key, { onMark: grid.mark, onChart, again });
  const find = h("input.input#find", {
    type: "search",
    placeholder: "Find a component, job or instance",
    autocomplete: "off",
    oninput: () => grid.find(find.value),
  });

  function onChart() {
    roots = buildTree(answer.components, lanes());
    grid.replace(roots);
    fill(notices, notes(answer, roots, store.state.range, edges()));
  }

  function commit() {
    const totals = totalsOf(roots, off, answer.totals);
    store.set({ selection: { key, off: [...off], totals, body: treeSelection(roots, off) } });
    fill(figures, stats(totals));
    grid.setOff(off);
    preview.stale(totals.series);
  }

  const all = button(
    "All",
    () => {
      off = new Set();
      commit();
    },
    "",
    { id: "tick-all" },
  );
  const none = button("None", () => {
    off = new Set(known);
    commit();
  });
  fill(notices, notes(answer, roots, store.state.range, edges()));
  queueMicrotask(commit);
  return [
    h(
      "section.panel.gantt",
      { "aria-label": "Components found" },
      h(
        "div.gantt-top",
        null,
        h(
          "div.stack",
          null,
          figures,
          notices,
          h(
            "div.row",
            null,
            h(
              "div.search.grow",
              null,
              icon("search"),
              h("label.vh", { htmlFor: "find" }, "Find a component, job or instance"),
              find,
            ),
            all,
            none,
          ),
        ),
        chart.root,
      ),
      grid.root,
    ),
    preview.root,
  ];
}

function allKeys(roots) {
  return roots.flatMap((root) => [root.key, ...root.children.map((job) => job.key)]);
}
