// What is wrong, worst first: what it means, what to do, whom it is about, and the chart that shows it.

import { fill, h, note, state } from "../dom.js";
import { listed, plural } from "../format.js";
import { chartFigure } from "./chart.js";
import { shown } from "./values.js";

const ROWS = 10;
const TAGS = { critical: "is-bad", warning: "is-warn", info: "" };
const STATES = {
  clear: "all is well",
  "no data": "nothing was measured",
  older: "not in this version",
  absent: "no such component",
  failed: "could not be asked",
};

/** Fill *body*. */
export async function showFindings(app, body, signal) {
  const place = h("div", null, state("loading", "Asking the checks"));
  body.append(place);
  const { results } = await app.api.findings(app.place.filter, signal);
  if (signal.aborted) return;
  const [found, failed] = ["found", "failed"].map((kind) => results.filter((one) => one.state === kind));
  const rest = results.filter((one) => one.state !== "found");
  fill(
    place,
    h("p.lead", null, summary(results, found)),
    failed.length ? h("div.mt", null, note("bad", `${plural(failed.length, "check")} could not be asked.`, failed[0].why)) : null,
    h("div.stack.mt", null, found.map((result) => finding(app, result, signal))),
    h("details.more.mt", null, h("summary", null, `${plural(rest.length, "check")} without a finding`), others(rest)),
  );
}

function summary(results, found) {
  const count = (kind) => results.filter((one) => one.state === kind).length;
  const silent = results.length - found.length - count("clear");
  const parts = [
    found.length ? `${plural(found.length, "check")} of ${results.length} found something` : `No check of ${results.length} found anything`,
    `${count("clear")} found all well`,
    silent ? `${silent} could not tell` : "",
  ];
  return `${listed(parts.filter(Boolean))}.`;
}

function finding(app, result, signal) {
  const { id, title, severity, meaning, action, docs, unit, findings } = result;
  const chart = chartOf(app, result);
  const link = h("a", { href: docs, target: "_blank", rel: "noopener noreferrer" }, "Documentation", h("span.vh", null, `: ${title}`));
  return h(
    "section.panel.finding",
    { "aria-labelledby": `f-t-${id}` },
    h(
      "header",
      null,
      h("span.tag", { class: TAGS[severity] }, severity),
      h(`h2#f-t-${id}`, null, title),
      h("span.small.soft", null, limit(result)),
    ),
    h(
      "div.inner",
      { class: chart ? "" : "alone" },
      h(
        "div.body",
        null,
        h("p", null, meaning),
        h("p.mts", null, h("b", null, "What to do: "), action),
        h("p.small.mts", null, link),
        whom(findings.slice(0, ROWS), unit),
        findings.length > ROWS ? more(findings.slice(ROWS), unit) : null,
      ),
      chart ? chartFigure(app, chart, signal) : null,
    ),
  );
}

function limit({ threshold, is_floor: isFloor, unit, findings, measured }) {
  const words = `${isFloor ? "below" : "above"} ${shown(threshold, unit)}`;
  return `${findings.length} of ${measured} ${words}`;
}

function chartOf(app, { id, title, unit, chart, min_version }) {
  if (chart === "none") return null;
  const panel = app.opened.dashboards.flatMap(({ panels }) => panels).find((one) => one.id === chart);
  if (panel) return { ...panel, id: `${id}-${panel.id}`, why: "", body: { panel: panel.id } };
  return { id: `${id}-own`, title: `${title}: over time`, unit, why: "", min_version, body: { check: id } };
}

function whom(rows, unit) {
  const isAnywhere = rows.some(({ where }) => where);
  const cells = ({ job, instance, where, value }) => [
    h("td", null, h("span.mono", null, instance || "all"), job ? h("small", null, job) : null),
    isAnywhere ? h("td.mono", null, where) : null,
    h("td.num", null, value === null ? "without bound" : shown(value, unit)),
  ];
  const head = [h("th", { scope: "col" }, "Instance"), isAnywhere ? h("th", { scope: "col" }, "Where") : null];
  return h(
    "table.tbl",
    null,
    h("thead", null, h("tr", null, head, h("th.num", { scope: "col" }, "Value"))),
    h("tbody", null, rows.map((row) => h("tr", null, cells(row)))),
  );
}

function more(rows, unit) {
  const details = h("details.more", null, h("summary", null, `${rows.length} more`));
  details.addEventListener("toggle", () => details.childElementCount < 2 && details.append(whom(rows, unit)), { once: true });
  return details;
}

function others(rest) {
  return h(
    "ul.rows",
    null,
    rest.map(({ title, state: kind, measured, meaning, min_version: version }) =>
      h(
        "li",
        null,
        h("p", null, h("b", null, title), h("small", null, meaning)),
        h("span.small.soft", null, kind === "older" ? `needs v${version}` : STATES[kind], kind === "clear" && measured ? `, ${measured} measured` : ""),
      ),
    ),
  );
}
