// What happened, the newest first.

import { fill, h } from "../dom.js";
import { wallText, localZone } from "../zones.js";

const SHOWN = 200;

/** The log's panel; ``show(events)`` brings it up to date. */
export function runLog() {
  const list = h("ol.log", { reversed: true });
  const root = h(
    "section.panel.mt",
    { "aria-labelledby": "log", hidden: true },
    h("header", null, h("h2#log", null, "What happened")),
    h("div.scroll.tall", { role: "region", "aria-label": "Log", tabindex: "0" }, list),
  );
  let shown = 0;
  return {
    root,
    show(events) {
      if (events.length < shown) {
        fill(list);
        shown = 0;
      }
      for (const event of events.slice(shown)) list.prepend(row(event));
      shown = events.length;
      while (list.children.length > SHOWN) list.lastChild.remove();
      root.hidden = !shown;
    },
  };
}

function row({ at_ms: at, text, state }) {
  return h(
    "li",
    { "data-state": state },
    h(
      "time",
      { datetime: new Date(at).toISOString(), title: `${new Date(at).toISOString()}` },
      wallText(Math.floor(at / 1000) * 1000, localZone()).slice(11),
    ),
    h("span", null, text),
  );
}
