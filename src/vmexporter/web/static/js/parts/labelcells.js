// The cells of a row of the label table.

import { h } from "../dom.js";
import { exact } from "../format.js";
import { changed } from "./series.js";

/** The label, and its name in the bundle where that is another. */
export function labelName({ label, label_after: after }) {
  return [
    h("span.mono", null, label),
    after && after !== label ? h("span.mono.small", null, " → ", h("span.out", null, after)) : null,
  ];
}

/** Which metrics the row is about. */
export function metricsWords({ metric, metrics }) {
  if (!metric) return "any metric";
  return metrics > 1 ? `${metric} and ${exact(metrics - 1)} more` : metric;
}

/** Examples: the original, and what support sees. */
export function pair({ examples, action }) {
  if (!examples.length) return h("span.muted.small", null, "No value");
  return examples.map(([before, after]) =>
    h(
      "div.pair",
      null,
      h("del", null, before === "" ? "(empty)" : before),
      after === null || action === "drop"
        ? h("ins", null, h("i.gone", null, "no such label"))
        : after === before
          ? null
          : h("ins", null, changed(after, true)),
    ),
  );
}
