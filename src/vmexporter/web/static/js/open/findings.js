// What is wrong, worst first: what it means, what to do, whom it is about, and the chart that shows it; of two bundles
// compared, whether the other one has it, too.

import { fill, h, note, state } from "../dom.js";
import { plural } from "../format.js";
import { chartFigure } from "./chart.js";
import { besideWords, grouped, limitWords, quietInBoth, quietWords, summaryWords } from "./checkwords.js";
import { lacking } from "./sides.js";
import { shown } from "./values.js";

const ROWS = 10;
const TAGS = { critical: "is-bad", warning: "is-warn", info: "" };

/** Fill *body*. */
export async function showFindings(app, body, signal) {
  const place = h("div", null, state("loading", "Asking the checks"));
  body.append(place);
  const asked = await Promise.all(app.sides.map(({ filter }) => app.api.findings(filter, signal)));
  if (signal.aborted) return;
  const answers = asked.map(({ results }) => results);
  const { groups, quiet } = grouped(answers);
  const [words, lists] = app.sides.length < 2 ? alone(app, answers, groups, signal) : compared(app, answers, groups, signal);
  const title = `${plural(quiet.length, "check")} without a finding${app.sides.length < 2 ? "" : " in either"}`;
  fill(
    place,
    words,
    answers.map((results, at) => unasked(results, app.sides.length < 2 ? "" : `${app.sides[at].name}: `)),
    lists,
    h("details.more.mt", null, h("summary", null, title), others(quiet, app.sides)),
  );
}

function alone(app, [results], [found], signal) {
  const list = h("div.stack.mt", null, found.map(([result]) => finding(app, { result }, signal)));
  return [h("p.lead", null, summaryWords(results)), list];
}

function compared(app, answers, groups, signal) {
  const names = app.sides.map(({ name }) => name);
  const inBoth = groups[0].filter(([, other]) => other.state === "found").length;
  const counts = `${inBoth} in both, ${groups[0].length - inBoth} found only in ${names[0]}, ${groups[1].length} found only in ${names[1]}.`;
  const lead = [...answers.map((results, at) => h("p.lead", null, h("b", null, names[at]), `: ${summaryWords(results)}`)), h("p.lead", null, counts)];
  const titles = [`In ${names[0]}`, `Only in ${names[1]}`];
  const lists = groups.map((pairs, at) => {
    const list = () => pairs.map(([result, other]) => finding(app, { result, other, beside: app.sides[1 - at] }, signal));
    return pairs.length ? h("section.stack.mt", { "aria-labelledby": `g-${at}` }, h(`h2#g-${at}`, null, titles[at]), list()) : null;
  });
  return [lead, lists];
}

function unasked(results, whose) {
  const failed = results.filter((one) => one.state === "failed");
  return failed.length ? h("div.mt", null, note("bad", `${whose}${plural(failed.length, "check")} could not be asked.`, failed[0].why)) : null;
}

/** One that was found; *other* is what became of the check in the bundle *beside* it. */
function finding(app, { result, other, beside }, signal) {
  const { id, title, severity, meaning, action, docs, unit, findings } = result;
  const chart = chartOf(app, result);
  const link = h("a", { href: docs, target: "_blank", rel: "noopener noreferrer" }, "Documentation", h("span.vh", null, `: ${title}`));
  const [heading, chartHeading] = beside ? ["h3", "h4"] : ["h2", "h3"];
  return h(
    "section.panel.finding",
    { "aria-labelledby": `f-t-${id}` },
    h(
      "header",
      null,
      h("span.tag", { class: TAGS[severity] }, severity),
      h(`${heading}#f-t-${id}`, null, title),
      h("span.small.soft", null, limitWords(result)),
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
        findings.length > ROWS ? folded(`${findings.length - ROWS} more`, findings.slice(ROWS), unit) : null,
        beside ? inOther(other, beside) : null,
      ),
      chart ? chartFigure(app, chart, signal, chartHeading) : null,
    ),
  );
}

function inOther(other, beside) {
  const words = h("p.beside", null, besideWords(other, beside.name, lacking(beside, null)?.more));
  const { findings, unit } = other;
  return findings.length ? [words, folded(`Those in ${beside.name}`, findings, unit)] : words;
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

function folded(words, rows, unit) {
  const details = h("details.more", null, h("summary", null, words));
  details.addEventListener("toggle", () => details.childElementCount < 2 && details.append(whom(rows, unit)), { once: true });
  return details;
}

function others(quiet, sides) {
  const became = (results) => (results.length < 2 ? quietWords(results[0]) : quietInBoth(results, sides.map(({ name }) => name)));
  return h(
    "ul.rows",
    null,
    quiet.map((results) =>
      h(
        "li",
        null,
        h("p", null, h("b", null, results[0].title), h("small", null, results[0].meaning)),
        h("span.small.soft", null, became(results)),
      ),
    ),
  );
}
