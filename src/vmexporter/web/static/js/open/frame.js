// The rail of the page of opened bundles: its tabs, the private server behind it, and the theme.

import { attribute, fill, h } from "../dom.js";
import { brand } from "../parts/brand.js";
import { themeSwitch } from "../theme.js";
import { placeHash } from "./place.js";
import { shownOf } from "./sides.js";

/** Build the rail; the answer marks the tab of a place, and knows which tabs there are. */
export function buildFrame(rail, app) {
  const { dashboards, vmui_url: vmui, bundles } = app.opened;
  const [overview, ...others] = dashboards;
  const tabs = [overview, { id: "findings", title: "Findings" }, ...others];
  const links = tabs.map(({ id, title }) => ({ id, title, link: h("a", null, h("b", null, title)) }));
  const server = vmui
    ? [`VictoriaMetrics on ${new URL(vmui).host}. `, h("a", { href: vmui, target: "_blank", rel: "noopener" }, "Open its vmui")]
    : ["VictoriaMetrics."];
  fill(
    rail,
    brand("#/overview"),
    h("nav.steps.dash", { "aria-label": "Dashboards" }, h("ol", null, links.map(({ link }) => h("li", null, link)))),
    h("p.egress", null, h("b", null, "Private server on this machine"), server),
    h("div.rail-foot", null, h("span", null, location.host), themeSwitch()),
  );
  return {
    knows: (tab) => tabs.some(({ id }) => id === tab),
    at(place) {
      for (const { id, link } of links) {
        attribute(link, "href", placeHash({ ...place, tab: id }));
        attribute(link, "aria-current", id === place.tab ? "page" : null);
        if (id === place.tab) link.scrollIntoView({ block: "nearest", inline: "nearest" });
      }
      return {
        title: links.find(({ id }) => id === place.tab).title,
        eyebrow: shownOf(bundles, place).map(({ name, facts }) => [name, ...facts].join(", ")).join(", compared with "),
      };
    },
  };
}
