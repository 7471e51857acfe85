// Two bundles beside each other, in numbers and words: components, the shares of time they were up, and what a zoom does.

import { span } from "../format.js";

/** One row per component of *overviews*' rows: {component, sides: for each overview what it has of it, or null}. */
export function byComponent(overviews) {
  const names = [...new Set(overviews.flatMap(({ rows }) => rows.map(({ component }) => component)))].sort();
  return names.map((component) => ({
    component,
    sides: overviews.map(({ rows }) => summary(rows.filter((row) => row.component === component))),
  }));
}

/** ``restarts`` and ``up_share``, a fraction, are null where nothing tells; an instance that does not tell is left out. */
function summary(rows) {
  if (!rows.length) return null;
  const [restarts, shares] = ["restarts", "up_share"].map((name) => rows.map((row) => row[name]).filter((value) => value !== null));
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  return {
    instances: rows.length,
    versions: [...new Set(rows.flatMap(({ versions }) => versions))],
    restarts: restarts.length ? sum(restarts) : null,
    up_share: shares.length ? sum(shares) / shares.length : null,
  };
}

/** A share of time as people read it, rounded down: less than all is never 100 %. */
export function upWords(share) {
  return share === null ? "unknown" : `${Number((Math.floor(share * 1000) / 10).toFixed(1))} %`;
}

/** What a zoom shows of the second bundle, which is *lag* ms ahead of the first; see lagOf. */
export function zoomWords(lag) {
  if (!lag) return "A zoom shows the same time of both.";
  return `A zoom shows both at the same distance from their start: the second begins ${span(Math.abs(lag))} ${lag < 0 ? "earlier" : "later"}.`;
}
