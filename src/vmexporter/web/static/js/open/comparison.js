// The table that holds the components of two bundles beside each other.

import { h } from "../dom.js";
import { span } from "../format.js";
import { byComponent, upWords, zoomWords } from "./compared.js";
import { moment } from "./values.js";

const COLUMNS = { Instances: "num", Versions: "text", Restarts: "num", Up: "num" };

/** The panel that compares two *sides*: their ranges, then each component. */
export function comparison(sides) {
  const range = ({ name, range: { start_ms, end_ms } }) =>
    h("p", null, h("b", null, name), `: ${span(end_ms - start_ms)}, ${moment(start_ms)} to ${moment(end_ms)}`);
  const columns = Object.entries({ Component: "", Bundle: "", ...COLUMNS });
  const rows = byComponent(sides.map(({ overview }) => overview)).map((one) => component(one, sides));
  return h(
    "section.panel",
    { "aria-labelledby": "compared" },
    h("header", null, h("h2#compared", null, "Both bundles")),
    h("div.body.stack-s", null, sides.map(range), h("p.hint", null, zoomWords(sides[1].lag_ms))),
    h(
      "div.scroll",
      { role: "region", "aria-label": "Components compared", tabindex: "0" },
      h(
        "table.tbl.compared",
        null,
        h("thead", null, h("tr", null, columns.map(([words, kind]) => h("th", { scope: "col", class: kind }, words)))),
        rows,
      ),
    ),
  );
}

function component({ component: name, sides: found }, sides) {
  const row = (one, at) => {
    const texts = values(one);
    const cells = Object.entries(COLUMNS).map(([words, kind], place) => h("td", { class: kind, "data-name": words }, texts[place]));
    const first = at ? null : h("th.text", { scope: "rowgroup", rowspan: sides.length }, name);
    return h("tr", null, first, h("th.text", { scope: "row" }, sides[at].name), cells);
  };
  return h("tbody", null, found.map(row));
}

function values(one) {
  if (!one) return ["none", null, null, null];
  const versions = one.versions.map((version, place) => [place ? ", " : "", h("span.version", null, version)]);
  return [String(one.instances), versions.length ? versions : "unknown", String(one.restarts ?? "unknown"), upWords(one.up_share)];
}
