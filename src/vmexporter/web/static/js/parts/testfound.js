// What a test that passed has found.

import { button, h, note } from "../dom.js";
import { listed } from "../format.js";
import { isSameTenant } from "../request.js";
import { attemptList } from "./stages.js";

const OFFERED_TENANTS = 8;
const KINDS = {
  vmsingle: "Single node",
  vmselect: "Cluster",
  vminsert: "Cluster",
  vmagent: "vmagent",
  vmauth: "vmauth",
  prometheus: "Prometheus",
  victoriametrics: "VictoriaMetrics",
};

/** Kind and version, as they stand in the bar. */
export const kindWords = (kind, version) => [KINDS[kind] ?? "", version].filter(Boolean).join(" ");

/** What the state keeps of a result. */
export function kept({ version, kind, tenant = "", tenants = [], notes = [], ...result }) {
  return {
    words: kindWords(kind, version),
    tenant,
    tenants,
    notes,
    query_base: result.query_base ?? "",
    export_base: result.export_base ?? "",
    export: result.export ?? "",
    versions: result.versions ?? [],
    components: result.vm_components ?? [],
  };
}

/** The final endpoint, what to mind, and other tenants; *useTenant* takes one of them. */
export function found(test, useTenant) {
  const { query_base, tenants, tenant, notes, stages, export_base: exportBase, versions = [], components = [] } = test;
  const others = tenants.filter((name) => !isSameTenant(name, tenant)).slice(0, OFFERED_TENANTS);
  return [
    notes.length
      ? h(
          "div.body.stack-s",
          null,
          notes.map((text) => note("warn", text)),
        )
      : null,
    h(
      "footer.stack-s",
      null,
      h(
        "dl.kv",
        null,
        h("dt", null, "Final endpoint"),
        h("dd.mono", null, query_base),
        exportBase && exportBase !== query_base ? [h("dt", null, "Export from"), h("dd.mono", null, exportBase)] : null,
        h("dt", null, "Version"),
        h("dd", null, versions.length ? listed(versions) : "Not told by the server"),
        components.length ? [h("dt", null, "Components"), h("dd", null, listed(components))] : null,
      ),
      attemptList(stages),
      others.length
        ? h(
            "div.row",
            null,
            h("span.muted", null, "Other tenants"),
            others.map((name) => button(name, () => useTenant(name), "sm", { "aria-label": `Use tenant ${name}` })),
          )
        : null,
    ),
  ];
}
