// In which form the samples come: JSON lines or native blocks, with what each means.

import { segmentedField } from "./field.js";

const FORMS = [
  ["jsonl", "JSON lines"],
  ["native", "Native blocks"],
];
const HINTS = {
  jsonl: "Every VictoriaMetrics reads them, and other programs too",
  native:
    "As the server stores them: hardly any work for it, about a fifth of the size. Read by VictoriaMetrics v1.82 " +
    "and newer. Blocks are whole, so samples from around the range come along",
};

/** Whether the server can be asked for blocks of what is chosen: stored samples, by the export API. */
export function hasForms({ mode, query, test }) {
  const isStored = mode === "components" || (query.judged?.kind === "selector" && !query.step_ms);
  return isStored && test?.export === "available";
}

/** The choice; *change* is told of the form that was taken. */
export function formChoice(form, change) {
  const choice = segmentedField(
    {
      name: "form",
      label: "Form of the samples",
      options: FORMS,
      value: form,
      pick(value) {
        choice.line.textContent = HINTS[value];
        change(value);
      },
    },
    HINTS[form],
  );
  return choice.root;
}
