// What the page is narrowed to: bundle, component, job, instance; and the way back from a zoom.

import { button, fill, h } from "../dom.js";
import { choices } from "./place.js";

const NAMES = { bundle: "Bundle", component: "Component", job: "Job", instance: "Instance" };

/** The form; ``update`` brings it up to date with the place and the instances that there are. */
export function buildFilters(app) {
  const isOne = app.opened.bundles.length < 2;
  const names = Object.keys(NAMES).filter((name) => name !== "bundle" || !isOne);
  const selects = Object.fromEntries(names.map((name) => [name, h(`select.input#f-${name}`, { onchange: pick })]));
  const reset = button("Reset zoom", () => app.resetZoom());
  const fields = names.map((name) =>
    h("div.field", { "data-name": name }, h("label", { for: `f-${name}` }, NAMES[name]), selects[name]),
  );

  function pick() {
    const chosen = Object.fromEntries(names.map((name) => [name, selects[name].value]));
    const filter = { ...app.place.filter, ...chosen };
    const isOther = filter.bundle !== app.place.filter.bundle;
    if (isOther) Object.assign(filter, { component: "", job: "", instance: "" });
    app.go({ filter, ...(isOther ? { zoom: null } : {}) });
  }

  function options(name) {
    if (name === "bundle") return app.opened.bundles.map(({ label, name: words }) => [label, words]);
    const values = choices(app.overview.everyone, app.place.filter, name);
    return [["", `All ${values.length}`], ...values.map((value) => [value, value])];
  }

  return {
    root: h("form.filters.push", { "aria-label": "Filter", onsubmit: (event) => event.preventDefault() }, fields, reset),
    update() {
      for (const name of names) {
        const found = options(name);
        fill(selects[name], found.map(([value, words]) => h("option", { value }, words)));
        selects[name].value = app.place.filter[name] || found[0][0];
      }
      reset.hidden = !app.place.zoom;
    },
  };
}
