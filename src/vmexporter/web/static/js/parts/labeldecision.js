// Keep, map or drop for one row of the label table.

import { h, icon } from "../dom.js";
import { segmented } from "./field.js";
import { isAlwaysRemoved } from "./labelrows.js";

const ACTIONS = [
  ["keep", "Keep"],
  ["map", "Map"],
  ["drop", "Drop"],
];
const METRIC = "__name__"; // its values can only be kept by choice

/**
 * The control of *row*, the *at*-th shown; *chosen()* gives the choice as it is now. *policys* is what the policy does by
 * itself, or null if that is not one thing: choosing it takes the own word away. *change* is told of each decision.
 */
export function decision(row, at, chosen, policys, change) {
  if (isAlwaysRemoved(row)) return h("span.muted.small", null, icon("lock"), " Always removed");
  const { own, level } = chosen();
  const mine = own[row.label];
  const options = ACTIONS.filter(([id]) => (row.label === METRIC ? id !== "drop" : level !== "none" || id !== "map"));
  const words = options.map(([, name]) => name.toLowerCase()).join(" or ");
  return segmented({
    name: `a-${at}-${row.label}`,
    label: `${row.label}${row.metric ? ` of ${row.metric}` : ""}: ${words}`,
    kind: `seg-sm calm${mine ? " is-own" : ""}`,
    value: mine ?? row.action,
    options,
    pick(value) {
      const next = { ...chosen().own }; // of this moment: the rows are drawn anew only when the server has answered
      if (value === (row.label === METRIC ? "map" : policys)) delete next[row.label];
      else next[row.label] = value;
      change({ own: next });
    },
  });
}
