// The table that holds the components of two bundles beside each other.

import { h } from "../dom.js";
import { listed, span } from "../format.js";
import { byComponent, upWords, zoomWords } from "./compared.js";
import { moment } from "./values.js";

const COLUMNS = ["Instances", "Versions", "Restarts", "Up"];

/** The panel that compares two *sides*: their ranges, then each component. */
export function comparison(sides) {
  const range = ({ name, range: { start_ms, end_ms } }) =>
    h("p", null, h("b", null, name), `: ${span(end_ms - start_ms)}, ${moment(start_ms)} to ${moment(end_ms)}`);
  const head = ["Component", "Bundle", ...COLUMNS].map((words) => h("th", { scope: "col", class: words === "Versions" ? "" : numeric(words) }, words));
  const rows = byComponent(sides.map(({ overview }) => overview)).map((one) => component(one, sides));
  return h(
    "section.panel",
    { "aria-labelledby": "compared" },
    h("header", null, h("h2#compared", null, `${listed(sides.map(({ name }) => name))} compared`)),
    h("div.body.stack-s", null, sides.map(range), h("p.hint", null, zoomWords(sides[1].lag_ms))),
    h(
      "div.scroll",
      { role: "region", "aria-label": "Components compared", tabindex: "0" },
      h("table.tbl.compared", null, h("thead", null, h("tr", null, head)), rows),
    ),
  );
}

const numeric = (column) => (["Instances", "Restarts", "Up"].includes(column) ? "num" : "");

function component({ component: name, sides: found }, sides) {
  const row = (one, at) => {
    const cells = values(one).map((words, place) => h("td", { class: numeric(COLUMNS[place]), "data-name": COLUMNS[place] }, words));
    const first = at ? null : h("th", { scope: "rowgroup", rowspan: sides.length }, name);
    return h("tr", null, first, h("th.whose", { scope: "row" }, sides[at].name), cells);
  };
  return h("tbody", null, found.map(row));
}

function values(one) {
  if (!one) return ["none", "", "", ""];
  const versions = one.versions.map((version, place) => [place ? ", " : "", h("span.version", null, version)]);
  return [one.instances, versions.length ? versions : "unknown", one.restarts ?? "unknown", upWords(one.up_share)];
}
