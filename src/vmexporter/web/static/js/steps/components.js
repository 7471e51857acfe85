// Step 4: what of the server goes into the bundle. Components by themselves, or what a selector or expression finds.

import { componentView } from "../parts/componentview.js";
import { queryView } from "../parts/queryview.js";

export const isWide = true;

/** The words at the top. */
export const head = ({ mode }) =>
  mode === "query"
    ? {
        title: "Selection",
        lead: "A selector takes series as they are. An expression is computed by the server, and its results are exported.",
      }
    : {
        title: "Components",
        lead: "Everything that reported a version inside the range, also what died in it. Untick what support need not see.",
      };

/** Show the step. */
export function mount(root, app, signal) {
  return app.store.state.mode === "query" ? queryView(root, app, signal) : componentView(root, app, signal);
}
