// What the check of the chosen file told: what is in it, and whether it can be trusted.

import { fill, h, note, state as stateBox } from "../../dom.js";
import { bytes, count, exact, listed, sentence } from "../../format.js";
import { createAsker } from "../../parts/asking.js";
import { tick } from "../../parts/field.js";
import { utcRange } from "../../ranges.js";
import { sourceBody } from "../state.js";

const KINDS = {
  bundle: "Bundle of vmexporter",
  "foreign bundle": "Bundle of another tool",
  gzip: "JSON lines, gzipped",
  text: "JSON lines",
};
const FORMS = { jsonl: "JSON lines", native: "native blocks" };

/** The panel; ``check()`` looks at the file that the state names. */
export function soundness(app, signal) {
  const { store } = app;
  const place = h("div", { id: "bundle-state", tabindex: "-1" });
  const ask = createAsker(place, signal, true);

  async function check() {
    const { source, force } = store.state;
    const body = { source: sourceBody(store.state), force };
    const look = (stop) => app.imports.check(body, stop).catch((error) => answerOf(error, stop));
    const answer = await ask(`Checking ${source.name}`, look, (found) =>
      found.error ? broken(found.error) : shown(found),
    );
    if (answer && !answer.error && store.state.source === source) store.set({ sound: kept(answer) });
  }

  /** A damaged file is an answer about it, with a choice; other errors are errors. */
  function answerOf(error, stop) {
    if (error.code !== "bundle_damaged" || stop.aborted) throw error;
    return { error };
  }

  function broken({ message, hint }) {
    return h("div.stack-s", null, note("bad", `${message}.`, hint), store.state.force ? null : forceTick());
  }

  function forceTick() {
    return tick("Import what is sound of it", "What cannot be read is left out and counted", {
      id: "force",
      checked: store.state.force,
      onchange(event) {
        store.set({ force: event.target.checked, sound: null, check: null });
        void check();
      },
    });
  }

  function shown(found) {
    const { damage = [], notes = [] } = found;
    return h(
      "section.panel",
      { "aria-labelledby": "sound" },
      h("header", null, h("h2#sound", null, store.state.source.name), verdict(found)),
      h(
        "div.body.stack",
        null,
        damage.map((text) => note("warn", `${sentence(text)}.`)),
        notes.map((text) => note("info", `${sentence(text)}.`)),
        facts(found),
        store.state.force ? forceTick() : null,
      ),
    );
  }

  if (store.state.sound) fill(place, shown(store.state.sound));
  else if (!store.state.source) place.hidden = true;
  return {
    root: place,
    check() {
      place.hidden = false;
      fill(place, h("section.panel", null, stateBox("loading", `Checking ${store.state.source.name}`)));
      return check();
    },
  };
}

function verdict({ damage = [], checked }) {
  if (damage.length) return h("span.tag.is-warn", null, "Damaged");
  return checked ? h("span.tag.is-ok", null, "Checksums match") : h("span.tag", null, "No checksums to compare");
}

/** What of the answer is kept; the words stand in the rail. */
function kept(found) {
  const words = found.damage.length ? "damaged" : found.checked ? "checksums match" : (KINDS[found.kind] ?? "");
  return { ...found, words };
}

function facts(found) {
  const rows = [
    ["Kind", [KINDS[found.kind], FORMS[found.form]].filter(Boolean).join(", ")],
    [
      "Size",
      [bytes(found.bytes), found.text_bytes && `${bytes(found.text_bytes)} unpacked`].filter(Boolean).join(", "),
    ],
    ["Range", found.first_ms === null ? "" : utcRange(found.first_ms, found.last_ms)],
    ["Holds", found.series === null ? "" : `${exact(found.series)} series, ${count(found.samples)} samples`],
    ["Components", listed(found.components)],
    ["Jobs", listed(found.jobs.slice(0, 12)) + (found.jobs.length > 12 ? " and more" : "")],
    ["Obfuscated", { true: "Yes", false: "No" }[found.obfuscated] ?? ""],
    ["Made by", found.made_by],
    ["Of servers", listed(found.versions)],
  ];
  const given = rows.filter(([, words]) => words);
  return h(
    "dl.kv",
    null,
    given.map(([term, words]) => [h("dt", null, term), h("dd", null, words)]),
  );
}
