// Every label of the selection: its values, what becomes of them and why, and the operator's own word on it.

import { button, fill, h, icon, state } from "../dom.js";
import { exact } from "../format.js";
import { exportBody } from "../request.js";
import { failed } from "./asking.js";
import { segmented } from "./field.js";
import { decision } from "./labeldecision.js";
import { countsOf, fitsFilter, KINDS, kindOf, orderOf, whyWords } from "./labelrows.js";
import { mapProblem } from "./mapproblem.js";
import { labelName, metricsWords, pair } from "./labelcells.js";

/** The table; *change* is told of each decision. ``load()`` asks the server again. */
export function labelTable(app, signal, change) {
  const { store } = app;
  const filters = h("div");
  const filter = h("input.input#filter", {
    type: "search",
    placeholder: "Label, metric or value",
    autocomplete: "off",
    oninput: () => draw(),
  });
  const undo = button("Undo own decisions", () => change({ own: {} }), "quiet sm", { hidden: true });
  const body = h("tbody");
  const table = h(
    "table.tbl.fold.otable",
    null,
    h(
      "colgroup",
      null,
      ["a", "b", "", "d", "e"].map((name) => h("col", { class: name })),
    ),
    h(
      "thead",
      null,
      h(
        "tr",
        null,
        h("th", { scope: "col" }, "Label"),
        h("th.num", { scope: "col" }, "Values"),
        h("th", { scope: "col" }, "Here, and as support sees it"),
        h("th.reason", { scope: "col" }, "Why"),
        h("th", { scope: "col" }, "What happens"),
      ),
    ),
    body,
  );
  const place = h("div.scroll.tall", {
    role: "region",
    "aria-label": "Labels and what happens to them",
    tabindex: "0",
  });
  const busy = h("span.small.soft", { role: "status" });
  const head = h(
    "header",
    { hidden: true },
    h("h2.vh#labels", null, "Labels"),
    filters,
    busy,
    undo,
    h("div.search.push.lim", null, icon("search"), h("label.vh", { htmlFor: "filter" }, "Filter labels"), filter),
  );
  const root = h("section.panel", { "aria-labelledby": "labels" }, head, place);
  const known = new Map();
  let rows = null;
  let order = null; // as the rows first came: a decision must not make its row jump
  let shown = "all";
  let running = new AbortController();
  signal.addEventListener("abort", () => running.abort());

  async function load() {
    if (store.state.mode === "query" && store.state.query.judged?.kind === "expression") {
      fill(
        place,
        state(
          "empty",
          "The labels of an expression are known only when it is computed",
          "Each of them will be treated as the level says; the series below show it.",
        ),
      );
      return;
    }
    running.abort();
    running = new AbortController();
    const mine = running;
    const felt = setTimeout(() => {
      if (rows) busy.textContent = "Working out";
      else fill(place, state("loading", "Reading all labels of the range"));
    }, 200);
    try {
      const answer = await app.api.labels(exportBody(store.state, store.secrets()), mine.signal);
      if (mine.signal.aborted) return;
      rows = answer.labels;
      learn();
      order ??= orderOf(rows);
      rows.sort((one, other) => order(one) - order(other));
      store.patch("obfuscation", { counts: countsOf(rows), problem: null });
      if (!place.contains(table)) fill(place, table);
      head.hidden = false;
      drawFilters();
      draw();
    } catch (error) {
      if (mine.signal.aborted || !("status" in error)) return;
      noRows(error);
    } finally {
      clearTimeout(felt);
      if (running === mine) busy.textContent = "";
    }
  }

  /** There is nothing to filter then; what is wrong with the map stands at its field. */
  function noRows(error) {
    rows = null;
    head.hidden = true;
    const problem = mapProblem(error);
    store.patch("obfuscation", { counts: null, problem });
    fill(
      place,
      problem
        ? state("empty", "No labels yet", "They show here when the map above can be used.")
        : failed(error, () => void load()),
    );
  }

  function drawFilters() {
    const counts = countsOf(rows);
    undo.hidden = !Object.keys(store.state.obfuscation.own).length;
    const had = filters.contains(document.activeElement);
    fill(
      filters,
      segmented({
        name: "show",
        label: "Show",
        kind: "seg-sm",
        value: shown,
        pick(value) {
          shown = value;
          draw();
        },
        options: KINDS.filter(([id]) => id === "all" || id === shown || counts[id]).map(([id, name]) => [
          id,
          `${name} ${exact(counts[id])}`,
        ]),
      }),
    );
    if (had) filters.querySelector(":checked")?.focus();
  }

  function draw() {
    if (!rows) return;
    const focused =
      document.activeElement?.name && body.contains(document.activeElement) ? document.activeElement : null;
    const fits = rows.filter((row) => (shown === "all" || kindOf(row) === shown) && fitsFilter(row, filter.value));
    fill(
      body,
      fits.map((row, place_) => makeRow(row, place_)),
      fits.length ? null : h("tr", null, h("td.full", { colspan: "5" }, `No label fits “${filter.value.trim()}”`)),
    );
    if (focused)
      body.querySelector(`input[name="${CSS.escape(focused.name)}"]:checked`)?.focus({ preventScroll: true });
  }

  function makeRow(row, at) {
    return h(
      "tr",
      null,
      h("td", null, labelName(row), h("small", null, metricsWords(row))),
      h("td.num", null, exact(row.values)),
      h("td.full", null, pair(row)),
      h("td.reason", null, whyWords(row.why)),
      h("td", null, decision(row, at, () => store.state.obfuscation, policyOf(row), change)),
    );
  }

  function policyOf({ label }) {
    return known.get(`${store.state.obfuscation.level} ${label}`) ?? null;
  }

  /** Without an own word the rows show what the policy does: choosing just that again takes the own word away. */
  function learn() {
    const { own, level } = store.state.obfuscation;
    for (const { label, action } of rows.filter((row) => !own[row.label])) {
      const key = `${level} ${label}`;
      known.set(key, rows.some((row) => row.label === label && row.action !== action) ? null : action);
    }
  }

  return { root, load: () => void load() };
}
