// The charts of one dashboard, most useful first.

import { h } from "../dom.js";
import { chartFigure } from "./chart.js";

/** The cards of the dashboard *id*. */
export function chartCards(app, id, signal) {
  const { panels, title } = app.opened.dashboards.find((one) => one.id === id);
  const figures = panels.map((panel) => chartFigure(app, { ...panel, body: { panel: panel.id } }, signal, "h2"));
  return h("section.cards", { "aria-label": `Charts: ${title}` }, figures);
}
