// The finished bundle: the audit's verdict, two files of which one is sent and one is kept, and what to tell support.

import { fill, h, note } from "../dom.js";
import { bytes, count, exact } from "../format.js";
import { toKeep, toSend } from "./bundlefiles.js";
import { seriesInBundle } from "./series.js";

const SHOWN = 5;

/** The view; "Export another" begins anew. */
export function resultView(app, signal) {
  const root = h("div.stack");
  let drawn = false;

  function another() {
    app.follower.stop();
    app.follower.snapshot = null;
    app.cache = {};
    app.go("welcome");
    app.store.reset();
  }

  function update({ snapshot }) {
    if (drawn || !snapshot?.result) return;
    drawn = true;
    const { result } = snapshot;
    fill(
      root,
      verdict(result),
      h("div.pairup", null, toSend(app, signal, result), toKeep(app, result)),
      figures(result),
      tell(result),
      sample(result),
    );
  }

  return {
    root,
    update,
    primary: () => ({ words: "Export another", act: another, plain: true }),
    words: () => "The credentials have been dropped from memory",
  };
}

function verdict({ audit, manifest }) {
  const notes = [];
  if (audit)
    notes.push(
      note(
        "ok",
        `Audit passed: ${exact(audit.found)} of ${exact(audit.originals)} private values found.`,
        `The finished ZIP was opened again and all of its ${bytes(manifest.counts.bytes)} searched, in ${exact(audit.spellings)} spellings.`,
      ),
    );
  else if (!manifest.obfuscated)
    notes.push(
      note(
        "warn",
        "This bundle is not obfuscated.",
        "Secrets were removed; addresses, host names and jobs are in it as they are.",
      ),
    );
  if (manifest.partial)
    notes.push(note("warn", "Some windows are incomplete.", (manifest.partial_reasons ?? []).join("; ")));
  return notes;
}

function figures({ manifest, audit }) {
  const { counts, windows = [], label_policy: policy = {} } = manifest;
  const cell = (name, words) => h("div", null, h("dt", null, name), h("dd", null, words));
  return h(
    "dl.stats.block",
    null,
    cell("Series", exact(counts.series)),
    cell("Samples", exact(counts.samples)),
    cell("Windows", exact(windows.length)),
    audit ? cell("Pseudonyms", exact(audit.originals)) : null,
    cell("Labels mapped", count(policy.mapped_labels?.length ?? 0)),
  );
}

function tell({ sample_data: samples, manifest }) {
  const instance = samples.map(({ labels }) => labels.instance).find(Boolean) ?? "an instance";
  const pseudonyms = manifest.obfuscated
    ? `In pseudonyms: “${instance} was down from 07:24 to 07:41 UTC”`
    : `For example: “${instance} was down from 07:24 to 07:41 UTC”`;
  const row = (name, words) => h("li", null, h("p", null, h("b", null, name), h("small", null, words)));
  return h(
    "section",
    { "aria-labelledby": "next" },
    h("h2#next", null, "Tell support"),
    h(
      "ul.rows.mts",
      null,
      row("The SHA-256, beside the ZIP", "In the support case, by the channel support gave you"),
      row("What went wrong, and when in UTC", pseudonyms),
    ),
  );
}

function sample({ sample_data: samples, manifest }) {
  if (!samples.length) return null;
  const shown = samples.slice(0, SHOWN);
  return h(
    "section.panel.block",
    { "aria-labelledby": "smp" },
    h(
      "header",
      null,
      h("h2#smp", null, "Sample of the bundle"),
      h("span.small.soft", null, `${shown.length} of ${exact(manifest.counts.series)} series`),
    ),
    h(
      "ol.series",
      null,
      shown.map((each) => h("li", null, seriesInBundle(each, manifest.label_policy?.mapped_labels ?? []))),
    ),
  );
}
