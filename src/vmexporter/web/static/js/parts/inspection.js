// What a bundle says of itself, after it was checked.

import { h } from "../dom.js";
import { bytes, count, exact, listed } from "../format.js";
import { utcRange } from "../ranges.js";

/** The facts of an inspected bundle: its manifest, entries and digest. */
export function inspection({ manifest = {}, entries = [], sha256 = "" }) {
  const { counts = {}, label_policy: policy = {}, time_range: range = {} } = manifest;
  const rows = [
    ["Range", range.start_ms === undefined ? "" : utcRange(range.start_ms, range.end_ms)],
    ["Holds", `${exact(counts.series)} series, ${count(counts.samples)} samples`],
    ["Components", listed(manifest.components ?? [])],
    ["Obfuscation", manifest.obfuscated ? `Level ${policy.level}` : "Off"],
    [
      "Audit",
      policy.audit ? `${exact(policy.audit.found)} of ${exact(policy.audit.originals)} private values found` : "",
    ],
    ["Complete", manifest.partial ? "No, some windows are partial" : "Yes"],
    ["Made by", [manifest.tool, manifest.version].filter(Boolean).join(" ")],
    ["Files", listed(entries.map((entry) => entryWords(entry)))],
    ["SHA-256", sha256],
  ];
  return h(
    "dl.kv",
    null,
    rows
      .filter(([, words]) => words)
      .map(([name, words]) => [h("dt", null, name), h("dd", { class: name === "SHA-256" ? "mono" : "" }, words)]),
  );
}

function entryWords(entry) {
  if (typeof entry === "string") return entry;
  const size = entry.bytes ?? entry.size_bytes ?? entry.size;
  return size === undefined ? entry.name : `${entry.name} (${bytes(size)})`;
}
