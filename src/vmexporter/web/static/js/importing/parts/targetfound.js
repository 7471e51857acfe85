// What a test of a target that passed has found, and what of it is kept.

import { h, note } from "../../dom.js";
import { sentence } from "../../format.js";
import { kindWords } from "../../parts/testfound.js";
import { retentionWords } from "../notices.js";

/** What the state keeps of the answer. */
export function kept({ kind, version, tenant, tenants, notes, ...facts }) {
  return {
    words: kindWords(kind, version),
    version,
    tenant,
    tenants,
    notes,
    insert_base: facts.insert_base,
    query_base: facts.query_base,
    retention: facts.retention,
    retention_ms: facts.retention_ms,
    label_limit: facts.label_limit,
  };
}

/** Its facts as elements. */
export function targetFound(test) {
  const rows = [
    ["Data goes to", test.insert_base, "mono"],
    ["Queries go to", test.query_base || "None: what is stored cannot be counted", test.query_base ? "mono" : ""],
    ["Version", test.version || "Not told by the server"],
    ["Retention", retentionWords(test) || "Not told by the server"],
    ["Labels per series", test.label_limit === null ? "Not told by the server" : `at most ${test.label_limit}`],
  ];
  return [
    test.notes.length
      ? h(
          "div.body.stack-s",
          null,
          test.notes.map((text) => note("warn", `${sentence(text)}.`)),
        )
      : null,
    h(
      "footer",
      null,
      h(
        "dl.kv",
        null,
        rows.map(([term, words, kind = ""]) => [h("dt", null, term), h("dd", { class: kind }, words)]),
      ),
    ),
  ];
}
