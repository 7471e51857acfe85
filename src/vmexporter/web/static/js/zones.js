// Time zones by the browser's own data (Intl): what a clock in a zone shows, and which moment a clock's time means.

const formats = new Map();

function format(zone) {
  if (!formats.has(zone)) {
    formats.set(
      zone,
      new Intl.DateTimeFormat("en-US", {
        timeZone: zone,
        hourCycle: "h23",
        era: "short",
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
      }),
    );
  }
  return formats.get(zone);
}

/** The zone of this computer. */
export function localZone() {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

/** How far the clocks of *zone* are ahead of UTC at the moment *ms*, in milliseconds. */
export function offsetMs(zone, ms) {
  const parts = Object.fromEntries(
    format(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  );
  const wall = Date.UTC(+parts.year, parts.month - 1, +parts.day, +parts.hour, +parts.minute, +parts.second);
  return wall - Math.floor(ms / 1000) * 1000;
}

/** What a clock of *zone* shows, as if it were UTC: a Date whose getUTC… methods give it. */
export function wall(ms, zone) {
  return new Date(ms + offsetMs(zone, ms));
}

/** ``2026-11-23 01:20:00`` on the clocks of *zone*; milliseconds only where there are some. */
export function wallText(ms, zone) {
  const text = wall(ms, zone).toISOString().replace("T", " ").replace("Z", "");
  return text.endsWith(".000") ? text.slice(0, -4) : text;
}

/**
 * The moment at which the clocks of *zone* show *wallMs* (a time as if it were UTC).
 * ``how`` is once; twice (clocks went back: the first of both is taken); or never (clocks went forward over it).
 */
export function fromWall(wallMs, zone) {
  const day = 86_400_000;
  const offsets = [...new Set([offsetMs(zone, wallMs - day), offsetMs(zone, wallMs + day)])];
  const found = offsets.map((offset) => wallMs - offset).filter((ms) => ms + offsetMs(zone, ms) === wallMs);
  if (found.length) return { ms: Math.min(...found), how: new Set(found).size > 1 ? "twice" : "once" };
  return { ms: wallMs - offsets[0], how: "never" };
}

/** ``UTC+01:00``, the offset of *zone* at *ms*. */
export function offsetText(zone, ms) {
  const minutes = Math.round(offsetMs(zone, ms) / 60_000);
  const two = (number) => String(number).padStart(2, "0");
  return `UTC${minutes < 0 ? "-" : "+"}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
}

/** How a zone is written in the field: ``Europe/Berlin (UTC+01:00)``. */
export function zoneLabel(zone, ms) {
  return zone === "UTC" ? "UTC" : `${zone} (${offsetText(zone, ms)})`;
}

/** The last part of a zone's name, for sentences: Berlin, New York, UTC. */
export function zoneCity(zone) {
  return zone.split("/").at(-1).replaceAll("_", " ");
}

// Cities that browsers list under the names of before; Intl knows both.
const RENAMED = [
  "Africa/Asmara",
  "America/Nuuk",
  "Asia/Ho_Chi_Minh",
  "Asia/Kathmandu",
  "Asia/Kolkata",
  "Asia/Thimphu",
  "Asia/Yangon",
  "Atlantic/Faroe",
  "Europe/Kyiv",
  "Pacific/Chuuk",
  "Pacific/Kanton",
  "Pacific/Pohnpei",
];

/** All zones that the browser knows, UTC first. */
export function allZones() {
  const known = typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("timeZone") : [localZone()];
  const named = RENAMED.filter((zone) => !known.includes(zone) && isZone(zone));
  return ["UTC", ...[...known.filter((zone) => zone !== "UTC"), ...named].sort()];
}

/**
 * The zone that *text* means: a name in any case, with or without its offset; the city alone; ``local``; or null.
 * Where a part of a name fits several zones, none is meant.
 */
export function findZone(text, local, zones = allZones()) {
  const plain = text.replace(/\s*\(UTC[^)]*\)\s*$/, "").trim();
  const wanted = plain.toLowerCase().replaceAll(" ", "_");
  if (!wanted) return null;
  if (wanted === "local") return local;
  if (wanted === "z" || wanted === "gmt") return "UTC";
  const named = zones.find((zone) => zone.toLowerCase() === wanted);
  if (named) return named;
  const cities = zones.filter((zone) => zone.toLowerCase().split("/").at(-1) === wanted);
  if (cities.length === 1) return cities[0];
  return isZone(plain) ? plain : null;
}

function isZone(name) {
  if (!/^[A-Za-z][\w+-]*(\/[\w+-]+)*$/.test(name)) return false; // "+02:00" is an offset, not a zone
  try {
    format(name);
    return true;
  } catch {
    return false;
  }
}
