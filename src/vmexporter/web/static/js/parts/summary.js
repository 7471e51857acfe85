// What will be written, step by step, each with a way back to where it was chosen.

import { h } from "../dom.js";
import { count, listed, plural } from "../format.js";
import { utcRange } from "../ranges.js";
import { serverName } from "../request.js";
import { course } from "../wizard.js";

/** The rows of the last look. */
export function summary(state) {
  const { range, connection, test } = state;
  const rows = [
    ["Time range", utcRange(range.start_ms, range.end_ms), "range"],
    ["From", [serverName(connection.url), test?.tenant ? `, tenant ${test.tenant}` : ""].join(""), "connection"],
    ["Selection", selectionWords(state), "components"],
    ["Obfuscation", obfuscationWords(state.obfuscation), "obfuscation"],
  ];
  return h(
    "section",
    { "aria-labelledby": "sum" },
    h("h2.vh#sum", null, "What will be written"),
    h(
      "ul.rows.summary",
      null,
      rows.map(([name, words, id]) =>
        h(
          "li",
          null,
          h("p", null, h("small", null, name), h("span", null, words)),
          h(
            "a.small",
            { href: `#/${id}`, "aria-label": `Change: ${name}`, title: course.stepName(id, state) },
            "Change",
          ),
        ),
      ),
    ),
  );
}

function selectionWords({ mode, query, selection }) {
  if (mode === "query") {
    const what = query.judged.kind === "expression" ? "Expression" : "Selector";
    return [
      `${what} `,
      h("code", null, query.text),
      query.judged.kind === "selector" ? `: ${plural(query.judged.series, "series", "series")}` : "",
    ];
  }
  const { instances, series, samples } = selection.totals;
  const names = selection.body.components ?? [];
  const figures = [
    plural(instances, "instance"),
    series === null ? "" : `${count(series)} series`,
    samples === null ? "" : `${count(samples)} samples`,
  ]
    .filter(Boolean)
    .join(", ");
  return `${names.length ? listed(names) : "Chosen instances"}: ${figures}`;
}

function obfuscationWords({ level, counts, words, one_way: oneWay }) {
  if (level === "none") return "Off: only secrets are removed";
  const parts = counts
    ? [
        `${plural(counts.mapped, "label")} mapped`,
        `${counts.kept} kept`,
        counts.dropped ? `${counts.dropped} dropped` : "",
      ]
    : [];
  if (words.trim()) parts.push("own words");
  if (oneWay) parts.push("no map kept");
  return `Level ${level}${parts.length ? `: ${parts.filter(Boolean).join(", ")}` : ""}`;
}
