// The choice of a time zone: this computer's, UTC, or any that the browser knows, by typing a part of its name.

import { fill, h } from "../dom.js";
import { allZones, findZone, localZone, zoneLabel } from "../zones.js";
import { debounce, field } from "./field.js";

/** The field; *pick* gets an IANA name. ``show(zone)`` writes it in full. */
export function zoneField(zone, momentMs, pick) {
  const list = h("datalist#zones");
  let current = zone;
  const hint = () =>
    current === localZone()
      ? "This computer’s. Type to search all zones"
      : `This computer’s is ${localZone()}. Type to search all`;
  const zones = field({
    id: "tz",
    label: "Time zone",
    list: "zones",
    oninput: () => later(),
    onfocus: offer,
    onchange: settle,
    onblur: settle,
  });
  const later = debounce(read, 300);
  zones.root.append(list);

  function offer() {
    if (!list.childNodes.length) {
      fill(
        list,
        ["local", ...allZones()].map((name) =>
          h("option", { value: name === "local" ? name : zoneLabel(name, momentMs()) }),
        ),
      );
    }
    zones.input.select();
  }

  function read() {
    const found = findZone(zones.input.value, localZone());
    if (found && found !== current) {
      current = found;
      pick(found);
      return;
    }
    if (found) zones.say("hint", hint());
  }

  function settle() {
    later.stop();
    const found = findZone(zones.input.value, localZone());
    if (!found && zones.input.value.trim()) {
      zones.say("bad", `No zone of this name; ${current} still holds`);
      return;
    }
    read();
    show(current);
  }

  function show(name) {
    current = name;
    if (document.activeElement !== zones.input || findZone(zones.input.value, localZone()) !== name)
      zones.input.value = zoneLabel(name, momentMs());
    zones.say("hint", hint());
  }

  zones.input.value = zoneLabel(zone, momentMs());
  zones.say("hint", hint());
  return { root: zones.root, show, stop: () => later.stop() };
}
