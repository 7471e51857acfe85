// Step 1: what it does, what leaves and what never does; what to export; or going on with something that is there.

import { fill, h, icon } from "../dom.js";
import { fileList } from "../parts/filelist.js";

/** The words at the top. */
export const head = () => ({
  title: "Export VictoriaMetrics’ own metrics for support",
  lead: "Six steps, about a minute. vmexporter reads from your server and writes a ZIP on this machine. It sends nothing anywhere: you look at the ZIP, and you send it.",
});

const LEDGER = [
  [
    "eye",
    "Stays as it is",
    [
      "VictoriaMetrics’ metric names",
      "Values and timestamps, byte for byte",
      "Versions, request handlers, error codes",
      "Which component talks to which",
    ],
  ],
  [
    "swap",
    "Becomes a pseudonym",
    [
      "Addresses, host names, URLs, paths",
      "Jobs, tenants, users, rule names",
      "Every label vmexporter does not know",
      "One original, one pseudonym, everywhere",
    ],
  ],
  [
    "ban",
    "Never gets in",
    [
      "Passwords, tokens, header values",
      "Series of anything but VictoriaMetrics",
      "The credentials you type in step 3",
      "The map from pseudonyms to originals",
    ],
  ],
];

const MODES = [
  [
    "components",
    "VictoriaMetrics components",
    "Finds every vmstorage, vminsert, vmselect, vmagent and so on by itself. What support asks for in nearly every case.",
  ],
  ["query", "Selector or expression", "You write a selector or MetricsQL. For a question about particular series."],
];

/** Show the step. */
export function mount(root, app, signal) {
  const files = h("section.mt", { "aria-labelledby": "other", hidden: true });
  fill(root, promise(), modes(app), importLink(), files);
  void fileList(files, app, signal);
}

function promise() {
  const out = (text) => h("span.out", null, text);
  const row = (name, ...cells) =>
    h(
      "tr",
      null,
      h("th", { scope: "row" }, name),
      cells.map((cell) => h("td", null, cell)),
    );
  return h(
    "section.panel",
    { "aria-labelledby": "spec" },
    h(
      "div.body",
      null,
      h("h2.vh#spec", null, "One series, before and after"),
      h(
        "table.specimen",
        null,
        h(
          "tbody",
          null,
          row(
            "On your server",
            "vm_free_disk_space_bytes{",
            'job="acme-prod-vmstorage",',
            'instance="10.20.4.31:8482"',
            "} 91842707456",
          ),
          row(
            "In the bundle",
            "vm_free_disk_space_bytes{",
            ['job="', out("vmstorage-job-1"), '",'],
            ['instance="', out("777.777.1.3:8482"), '"'],
            "} 91842707456",
          ),
        ),
      ),
    ),
    h(
      "div.ledger",
      null,
      LEDGER.map(([name, title, lines]) =>
        h(
          "section",
          null,
          h("h3", null, icon(name), title),
          h(
            "ul",
            null,
            lines.map((line) => h("li", null, line)),
          ),
        ),
      ),
    ),
  );
}

function modes(app) {
  const { store } = app;
  const choices = MODES.map(([id, name, words]) =>
    h(
      "label.choice",
      null,
      h("input.check", {
        type: "radio",
        name: "mode",
        value: id,
        checked: store.state.mode === id,
        onchange: () => store.set({ mode: id }),
      }),
      h("b", null, name),
      h("small", null, words),
    ),
  );
  return h(
    "fieldset.mt",
    null,
    h("legend", null, h("h2", null, "What to export")),
    h("div.choices.mts", null, choices),
  );
}

function importLink() {
  return h(
    "section.mt",
    { "aria-labelledby": "other-half" },
    h("h2#other-half", null, "Or the other half"),
    h(
      "ul.rows.mts",
      null,
      h(
        "li",
        null,
        h(
          "p",
          null,
          h("b", null, "Import a bundle"),
          h("small", null, "Into any VictoriaMetrics of yours, checked before and counted after"),
        ),
        h("a.btn.btn-sm", { href: "import.html" }, "Import a bundle"),
      ),
    ),
  );
}
