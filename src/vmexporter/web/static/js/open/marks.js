// What is marked on the charts, in words.

import { span } from "../format.js";

/** ``vmagent 10.0.0.1:8429 restarted as v1.150.0``; without its name where that stands beside it. */
export function markWords({ kind, at_ms, until_ms, component, instance, version }, isNamed = true) {
  const what = {
    restart: version ? `restarted as ${version}` : "restarted",
    version: `became ${version}`,
    down: `down for ${span(until_ms - at_ms)}`,
  }[kind];
  return isNamed ? `${component} ${instance} ${what}` : what;
}
