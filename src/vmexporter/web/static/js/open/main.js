// Starts the page of opened bundles: what is open, the frame around it, and the tab that the address names.

import { api } from "../api.js";
import { fill, h, note, state } from "../dom.js";
import { failed } from "../parts/asking.js";
import { applyTheme } from "../theme.js";
import { chartCards } from "./cards.js";
import { buildFilters } from "./filters.js";
import { showFindings } from "./findings.js";
import { buildFrame } from "./frame.js";
import { showOverview } from "./overview.js";
import { parsePlace, placeHash, sameView } from "./place.js";
import { lagOf, shownOf } from "./sides.js";

const main = document.getElementById("main");
const zoomed = new EventTarget();
const app = {
  api,
  place: parsePlace(location.hash),
  opened: null,
  sides: null, // the bundle that is shown, and the one beside it: see sideOf
  go(change) {
    location.hash = placeHash({ ...app.place, ...change });
  },
  zoomTo: (start_ms, end_ms) => app.go({ zoom: { start_ms, end_ms } }),
  resetZoom: () => app.place.zoom && app.go({ zoom: null }),
  onZoom: (listener, signal) => zoomed.addEventListener("zoom", listener, { signal }),
  vmui: vmuiLink,
};
let leaving = new AbortController();
let sidesKey = "";
let frame = null;
let filters = null;

function vmuiLink(query, { start_ms, end_ms }) {
  const { vmui_url: base } = app.opened;
  if (!base || !query) return null;
  const asked = {
    "g0.expr": query,
    "g0.range_input": `${Math.ceil((end_ms - start_ms) / 1000)}s`,
    "g0.end_input": new Date(end_ms).toISOString().slice(0, 19),
    "g0.relative_time": "none",
  };
  return `${base}/#/?${new URLSearchParams(asked)}`;
}

/** Show the tab; what all of them need to know of the bundle is asked for first. */
async function show() {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const body = h("div.stack");
  const { title, eyebrow } = frame.at(app.place);
  document.title = `${title}: vmexporter`;
  const heading = h("div", null, h("p.eyebrow", null, eyebrow), h("h1", null, title));
  fill(main, h("header.head.row", null, heading, filters.root), body);
  try {
    await lookOver(body, signal);
    if (signal.aborted) return;
    filters.update();
    const isOne = app.sides.length < 2;
    fill(body, app.sides.map(({ name, overview }) => overview.notes.map((words) => note("warn", isOne ? words : `${name}: ${words}`))));
    await tabs(body, signal);
  } catch (error) {
    if (signal.aborted || !("status" in error)) return;
    fill(body, failed(error, () => void show()));
  }
}

/** Ask for the overviews, unless they are those of the same instances: a bundle does not change. */
async function lookOver(body, signal) {
  const entries = shownOf(app.opened.bundles, app.place);
  const { filter } = app.place;
  const filters = entries.map(({ label }) => (entries.length < 2 ? filter : { ...filter, bundle: label }));
  const key = JSON.stringify(filters);
  if (key === sidesKey) return;
  fill(body, state("loading", entries.length < 2 ? "Reading the bundle" : "Reading the bundles"));
  const overviews = await Promise.all(filters.map((one) => api.overview(one, signal)));
  if (signal.aborted) return;
  app.sides = entries.map(({ name }, at) => sideOf(name, filters[at], overviews[at], overviews[0]));
  sidesKey = key;
}

/** A bundle to be shown: its name, filter, range, instances, and how far it is ahead of the first. */
function sideOf(name, filter, overview, first) {
  const range = { start_ms: overview.start_ms, end_ms: overview.end_ms };
  return { name, filter, overview, range, everyone: overview.everyone, lag_ms: lagOf(first, overview) };
}

async function tabs(body, signal) {
  const { tab } = app.place;
  if (tab === "findings") await showFindings(app, body, signal);
  else if (tab === "overview") showOverview(app, body, signal);
  else body.append(chartCards(app, tab, signal));
}

function moved() {
  const before = app.place;
  app.place = parsePlace(location.hash);
  if (!frame.knows(app.place.tab)) app.place.tab = "overview";
  if (sameView(before, app.place) && app.sides) {
    filters.update();
    zoomed.dispatchEvent(new Event("zoom"));
    return;
  }
  void show();
  if (before.tab === app.place.tab) return;
  main.focus({ preventScroll: true });
  scrollTo(0, 0);
}

async function start() {
  applyTheme();
  try {
    app.opened = await api.opened();
  } catch (error) {
    fill(main, h("header.head", null, h("h1", null, "Nothing to show")), failed(error, () => location.reload()));
    return;
  }
  frame = buildFrame(document.getElementById("rail"), app);
  filters = buildFilters(app);
  addEventListener("hashchange", moved);
  moved();
}

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address's fragment names the tab
  main.focus();
});
void start();
