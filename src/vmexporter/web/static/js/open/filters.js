// What the page is narrowed to: bundle, the one it is compared with, component, job, instance; and the way back from a zoom.

import { button, fill, h } from "../dom.js";
import { choices } from "./place.js";
import { shownOf, turned } from "./sides.js";

const NAMES = { bundle: "Bundle", beside: "Compare with", component: "Component", job: "Job", instance: "Instance" };
const OF_SEVERAL = ["bundle", "beside"];

/** The form; ``update`` brings it up to date with the place and the instances that there are. */
export function buildFilters(app) {
  const { bundles } = app.opened;
  const names = Object.keys(NAMES).filter((name) => bundles.length > 1 || !OF_SEVERAL.includes(name));
  const selects = Object.fromEntries(names.map((name) => [name, h(`select.input#f-${name}`, { onchange: () => pick(name) })]));
  const reset = button("Reset zoom", () => app.resetZoom());
  const fields = names.map((name) =>
    h("div.field", { "data-name": name }, h("label", { for: `f-${name}` }, NAMES[name]), selects[name]),
  );

  function pick(name) {
    const { value } = selects[name];
    if (name === "bundle") app.go(turned(app.place, bundles, value));
    else if (name === "beside") app.go({ beside: value });
    else app.go({ filter: { ...app.place.filter, [name]: value } });
  }

  /** The options of a select, and which of them is chosen. */
  function options(name) {
    const [first, second] = shownOf(bundles, app.place);
    const entries = bundles.map((one) => [one.label, shownOf(bundles, { filter: { bundle: one.label } })[0].name]);
    if (name === "bundle") return [entries, first.label];
    if (name === "beside") return [[["", "Nothing"], ...entries.filter(([label]) => label !== first.label)], second?.label ?? ""];
    const values = choices(app.sides.flatMap(({ everyone }) => everyone), app.place.filter, name);
    return [[["", `All ${values.length}`], ...values.map((value) => [value, value])], app.place.filter[name]];
  }

  return {
    root: h("form.filters.push", { "aria-label": "Filter", onsubmit: (event) => event.preventDefault() }, fields, reset),
    update() {
      for (const name of names) {
        const [found, chosen] = options(name);
        fill(selects[name], found.map(([value, words]) => h("option", { value }, words)));
        selects[name].value = chosen;
      }
      reset.hidden = !app.place.zoom;
    },
  };
}
