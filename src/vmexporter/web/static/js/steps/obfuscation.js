// Step 5: what support will see instead of what is the operator's own. Every label, and real series.

import { fill, h, note } from "../dom.js";
import { levelChoice } from "../parts/levelchoice.js";
import { debounce } from "../parts/field.js";
import { labelTable } from "../parts/labeltable.js";
import { preview } from "../parts/preview.js";
import { missing } from "../wizard.js";

export const isWide = true;

/** The words at the top. */
export const head = () => ({
  title: "Obfuscation",
  lead: "What support will see instead of what is yours. One original gets one pseudonym, everywhere in the bundle.",
});

/** Show the step. */
export function mount(root, app, signal) {
  const { store } = app;
  const table = labelTable(app, signal, change);
  const series = preview(app, signal);
  const warning = h("div");
  const later = debounce(() => {
    if (missing("obfuscation", store.state)?.focus === "words") return;
    table.load();
    series.load();
  }, 400);
  const setup = levelChoice(app, signal, change);
  signal.addEventListener("abort", () => later.stop());
  fill(root, setup.root, warning, table.root, series.root);

  /** Something was decided otherwise: what support will see is asked for again. */
  function change(values) {
    store.patch("obfuscation", values);
    warn();
    later();
  }

  function warn() {
    fill(
      warning,
      store.state.obfuscation.level === "none"
        ? h(
            "div.offnote",
            null,
            note(
              "warn",
              "Obfuscation is off.",
              "Support will see your addresses, host names and jobs as they are. Secrets are removed all the same.",
            ),
          )
        : null,
    );
  }

  warn();
  table.load();
  series.load();
}
