// The name of the program, drawn.

import { h } from "../dom.js";

/** A link to the first page. */
export function brand(href) {
  return h(
    "a.brand",
    { href },
    h(
      "svg",
      { viewBox: "0 0 18 18", "aria-hidden": "true" },
      h("path", { d: "M2 3h9v2.6H2z" }),
      h("path.cut", { d: "M2 7.7h14v2.6H2z" }),
      h("path", { d: "M2 12.4h6V15H2z" }),
    ),
    "vmexporter",
  );
}
