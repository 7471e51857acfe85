// The head of the tree of components, and its cells that need thought.

import { h } from "../dom.js";
import { ticks } from "../ranges.js";
import { seenWords } from "./lanewords.js";

/** The head of the grid, with the ticks of the chart's axis over the lanes. */
export function heading(head, { start_ms, end_ms }) {
  const words = ticks(start_ms, end_ms, "UTC", 5).map((text) => text.split(" ").at(-1));
  return h(
    "thead",
    null,
    h(
      "tr",
      null,
      h("th", { scope: "col" }, h("span.node", null, h("label", null, head, "Component, job, instance"))),
      h("th.hide-n", { scope: "col" }, "Version"),
      h("th.num.hide-n", { scope: "col" }, "Series"),
      h("th.num", { scope: "col" }, "Samples"),
      h(
        "th",
        { scope: "col" },
        h("span.vh", null, `Up over the range, ${words[0]} to ${words.at(-1)} UTC`),
        h(
          "div.ticks",
          { "aria-hidden": "true" },
          words.map((text, at) => h("span", { class: at % 2 ? "n-hide" : "" }, text)),
        ),
      ),
    ),
  );
}

/** The name of a row; under that of an instance, when it was first and last seen, which its lane says too. */
export function nodeName(node, range) {
  const name = h("span.name", null, node.name, node.tenant ? h("span.muted", null, ` tenant ${node.tenant}`) : null);
  if (node.children.length) return name;
  return h("span", null, name, h("small.seen", { "aria-hidden": "true" }, seenWords(node, range)));
}

/** One version, or how many. */
export function versionCell(versions) {
  if (versions.length < 2) return h("span.name", null, versions[0] ?? "unknown");
  return h(
    "span.tag.is-warn",
    { title: versions.join(", ") },
    `${versions.length} versions`,
    h("span.vh", null, `: ${versions.join(", ")}`),
  );
}
