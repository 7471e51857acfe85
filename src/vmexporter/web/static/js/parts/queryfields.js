// What stands around the editor of a selector or an expression: the step, and examples.

import { button, h } from "../dom.js";
import { plural } from "../format.js";

const STEPS = [
  [0, ""],
  [15_000, "15 s"],
  [30_000, "30 s"],
  [60_000, "1 m"],
  [300_000, "5 m"],
  [900_000, "15 m"],
];
const EXAMPLES = [
  ['{job="vmagent"}', "all series of a job"],
  ['vm_rows{type=~"indexdb.*"}', "one metric, narrowed"],
  ['{__name__=~"vm_.*|go_.*"}', "metrics of either family"],
  ["sum(rate(vm_rows_inserted_total)) by (instance)", "an expression, computed at steps"],
];

/** The step: of an expression it must be one, of a selector it thins. */
export function stepSelect(store) {
  const label = h("label", { htmlFor: "step" }, "Step");
  const first = h("option", { value: "0" }, "Every sample");
  const select = h(
    "select.input#step",
    { onchange: () => store.patch("query", { step_ms: Number(select.value) }) },
    first,
    STEPS.slice(1).map(([ms, words]) => h("option", { value: ms }, words)),
  );
  select.value = String(store.state.query.step_ms);
  const hint = h("p.hint", null, "");
  return {
    root: h("div.field", null, label, select, hint),
    show(kind) {
      first.textContent = kind === "expression" ? "Chosen for the range" : "Every sample";
      hint.textContent =
        kind === "expression" ? "It is computed once a step" : "With a step, one sample of each is kept";
    },
  };
}

/** Examples that can be taken over. */
export function examples(editor, typed) {
  const use = (text) => {
    editor.input.value = text;
    typed();
    editor.input.focus();
  };
  return h(
    "details.more",
    null,
    h("summary", null, plural(EXAMPLES.length, "example")),
    h(
      "div",
      null,
      h(
        "ul.rows",
        null,
        EXAMPLES.map(([text, words]) =>
          h(
            "li",
            null,
            h("p", null, h("code", null, text), h("small", null, words)),
            button("Use", () => use(text), "sm", { "aria-label": `Use ${text}` }),
          ),
        ),
      ),
    ),
  );
}
