// A few series as the server sends them, folded away until someone wants to see them.

import { h } from "../dom.js";
import { count } from "../format.js";
import { exportBody } from "../request.js";
import { createAsker } from "./asking.js";
import { missing } from "../wizard.js";
import { seriesBefore } from "./series.js";

const SHOWN = 5;

/** The folded preview; ``stale(series)`` says that what is chosen has changed. */
export function samplePreview(app, signal) {
  const { store } = app;
  const place = h("div.panel");
  const ask = createAsker(place, signal);
  const title = h("summary", null, "Sample of the series, as the server sends them");
  let asked = "";
  const details = h("details.more.mt", { ontoggle: () => load() }, title, h("div", null, place));

  function load() {
    const body = exportBody(store.state, store.secrets());
    const lacking = missing("components", store.state);
    const key = lacking?.why ?? JSON.stringify(body.selection);
    if (!details.open || key === asked) return;
    asked = key;
    void ask(
      "Reading a sample",
      async (running) =>
        lacking // an empty choice would be answered with everything
          ? { metrics: [] }
          : app.api.sample({ ...body, obfuscation: { level: "none" }, map: undefined }, running),
      ({ metrics }) =>
        metrics.length
          ? h(
              "ol.series",
              null,
              metrics.slice(0, SHOWN).map((each) => h("li", null, seriesBefore(each))),
            )
          : h("p.state", null, lacking?.why ?? "No series of this selection has a value at the end of the range"),
    );
  }

  return {
    root: details,
    stale(series) {
      title.textContent = series
        ? `Sample: ${SHOWN} of ${count(series)} series, as the server sends them`
        : "Sample of the series, as the server sends them";
      load();
    },
  };
}
