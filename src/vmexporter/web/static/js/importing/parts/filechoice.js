// What lies there already: files that were handed over before, and bundles of the output folder.

import { button, fill, h } from "../../dom.js";
import { bytes } from "../../format.js";
import { utcText } from "../../ranges.js";

const SHOWN = 6;

/** The list; *take* is told which one is to be imported. */
export function fileChoice(app, signal, take) {
  const root = h("section", { "aria-labelledby": "there", hidden: true });
  let rows = [];

  async function load() {
    const { sources } = await app.imports.sources(signal).catch(() => ({ sources: [] }));
    if (signal.aborted) return;
    rows = sources.map(row);
    root.hidden = !rows.length;
    const list = h(
      "ul.rows.mts",
      null,
      rows.slice(0, SHOWN).map((one) => one.root),
    );
    fill(root, h("h2#there", null, "Or take one that is here"), list, rows.length > SHOWN ? moreButton(list) : null);
    mark();
  }

  function moreButton(list) {
    const more = button(
      "Show all",
      () => {
        list.append(...rows.slice(SHOWN).map((one) => one.root));
        more.remove();
      },
      "quiet sm",
    );
    return more;
  }

  function row({ modified_ms: at, upload, path, name, bytes: size }) {
    const source = upload ? { upload, name, bytes: size } : { path, name, bytes: size };
    const when = utcText(at).slice(0, 16).replace("T", " ");
    const where = source.upload ? "handed over" : "in the output folder";
    const use = button("Take this one", () => take(source), "sm", { "aria-label": `Take ${source.name}` });
    const parts = h(
      "p",
      null,
      h("b.mono", null, source.name),
      h("small", null, `${bytes(source.bytes)}, ${where} ${when} UTC`),
    );
    return { source, use, root: h("li", null, parts, source.upload ? deleteButton(source) : null, use) };
  }

  /** Deleting takes a second click on the same button. */
  function deleteButton(source) {
    let asked = false;
    const remove = button(
      "Delete",
      async () => {
        if (!asked) {
          asked = true;
          remove.textContent = "Delete this copy";
          return;
        }
        try {
          await app.imports.removeUpload(source.upload);
          if (app.store.state.source?.upload === source.upload)
            app.store.set({ source: null, sound: null, check: null });
          void load();
        } catch (error) {
          if (!("status" in error)) throw error;
          remove.textContent = error.message;
        }
      },
      "quiet sm",
    );
    return remove;
  }

  /** Show which one is taken. */
  function mark() {
    const { source } = app.store.state;
    for (const one of rows) {
      const isTaken = Boolean(source) && (one.source.upload ?? one.source.path) === (source.upload ?? source.path);
      one.use.textContent = isTaken ? "Taken" : "Take this one";
      one.use.setAttribute("aria-pressed", String(isTaken));
    }
  }

  return { root, load, mark };
}
