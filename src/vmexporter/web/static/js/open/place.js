// Where somebody is on this page, as the address has it: tab, filter, comparison and zoom ⇄ ``#/storage?job=a&from=1&to=2``.

const FILTERS = ["bundle", "component", "job", "instance"];
export const FIRST_TAB = "overview";

/** The place that an address's fragment names: {tab, filter, beside: label of a bundle, zoom: {start_ms, end_ms} or null}. */
export function parsePlace(hash) {
  const [, tab = "", query = ""] = /^#\/([a-z]*)(?:\?(.*))?$/.exec(hash) ?? [];
  const given = new URLSearchParams(query);
  const filter = Object.fromEntries(FILTERS.map((name) => [name, given.get(name) ?? ""]));
  const [start_ms, end_ms] = ["from", "to"].map((name) => Number(given.get(name) ?? NaN));
  const isZoom = Number.isSafeInteger(start_ms) && Number.isSafeInteger(end_ms) && start_ms >= 0 && start_ms < end_ms;
  const beside = given.get("beside") ?? "";
  return { tab: tab || FIRST_TAB, filter, beside, zoom: isZoom ? { start_ms, end_ms } : null };
}

/** The fragment that names a place. */
export function placeHash({ tab, filter, beside, zoom }) {
  const named = { bundle: filter.bundle, beside, ...filter };
  const query = new URLSearchParams(Object.entries(named).filter(([, value]) => value));
  if (zoom) {
    query.set("from", Math.round(zoom.start_ms));
    query.set("to", Math.round(zoom.end_ms));
  }
  const text = query.toString();
  return `#/${tab}${text ? `?${text}` : ""}`;
}

/** Whether two places show the same things of the same instances; the zoom may differ. */
export function sameView(one, other) {
  return one.tab === other.tab && one.beside === other.beside && FILTERS.every((name) => one.filter[name] === other.filter[name]);
}

/** The values that *name* can be filtered by, given what the other filters leave of *everyone*. */
export function choices(everyone, filter, name) {
  const others = ["component", "job", "instance"].filter((other) => other !== name && filter[other]);
  const fitting = everyone.filter((one) => others.every((other) => one[other] === filter[other]));
  const values = [...new Set(fitting.map((one) => one[name]))].filter(Boolean).sort();
  return filter[name] && !values.includes(filter[name]) ? [filter[name], ...values] : values;
}
