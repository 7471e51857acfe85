// Real series, as support will see them.

import { fill, h } from "../dom.js";
import { exportBody } from "../request.js";
import { createAsker } from "./asking.js";
import { segmented } from "./field.js";
import { mapProblem } from "./mapproblem.js";
import { seriesAfter, seriesBefore } from "./series.js";

const SHOWN = 5;
const NUMBERS = ["No", "One", "Two", "Three", "Four", "Five"];

/** The preview; ``load()`` asks the server again. */
export function preview(app, signal) {
  const { store } = app;
  const title = h("h2#prev", null, "Real series, as support will see them");
  const place = h("div");
  const ask = createAsker(place, signal);
  let view = "both";
  let metrics = [];
  const list = h("ol.series");
  const root = h(
    "section.panel.mt",
    { "aria-labelledby": "prev" },
    h(
      "header",
      null,
      title,
      h(
        "div.push",
        null,
        segmented({
          name: "view",
          label: "Preview",
          kind: "seg-sm",
          value: view,
          options: [
            ["after", "After"],
            ["both", "Before and after"],
          ],
          pick(value) {
            view = value;
            draw();
          },
        }),
      ),
    ),
    place,
  );

  function draw() {
    fill(
      list,
      metrics.map((each) =>
        h("li", null, view === "both" ? h("span.was", null, seriesBefore(each)) : null, seriesAfter(each)),
      ),
    );
  }

  function load() {
    void ask(
      "Reading real series",
      (running) => app.api.sample(exportBody(store.state, store.secrets()), running).catch(ofMap),
      (answer) => {
        store.patch("obfuscation", { problem: answer.problem ?? null });
        if (answer.problem) return h("p.state", null, "They show here when the map above can be used");
        metrics = spread(answer.metrics, SHOWN);
        title.textContent = `${NUMBERS[metrics.length]} real series, as support will see them`;
        draw();
        return metrics.length
          ? list
          : h("p.state", null, "No series of this selection has a value at the end of the range");
      },
    );
  }

  return { root, load };
}

/** What is wrong with the map is told at its field, not here. */
function ofMap(error) {
  const problem = "status" in error ? mapProblem(error) : null;
  if (!problem) throw error;
  return { problem, metrics: [] };
}

/** *count* of *all*, spread over them: different jobs, so different kinds of values. */
export function spread(all, count) {
  if (all.length <= count) return all;
  return Array.from({ length: count }, (_, at) => all[Math.floor((at * all.length) / count)]);
}
