// What was typed for a moment → Unix milliseconds: a clock's time in the chosen zone, RFC 3339, now-6h, or a Unix time.

import { fromWall, zoneCity } from "./zones.js";

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const WALL = /^(\d{4})-(\d\d?)-(\d\d?)(?:[ T,]+(\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?)?$/;
const ZONED = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s*(?:Z|[+-]\d\d:\d\d)$/i;
const MILLISECONDS_FROM = 1e11; // as seconds this is the year 5138, as milliseconds 1973

/** The span that *text* means in milliseconds (``90s``, ``1h30m``), or null. */
export function parseSpan(text) {
  const compact = text.replaceAll(" ", "").toLowerCase();
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/.test(compact)) return null;
  const parts = [...compact.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)];
  return Math.round(parts.reduce((sum, [, number, unit]) => sum + Number(number) * UNIT_MS[unit], 0));
}

/** ``{ms, note}``, where *note* says what had to be decided; or ``{error}``: why *text* is no moment. */
export function parseMoment(text, nowMs, zone) {
  const plain = text.trim();
  if (!plain) return { error: "Empty" };
  const relative = /^now(?:\s*([+-])\s*(.+))?$/i.exec(plain);
  if (relative) return fromNow(relative, nowMs);
  if (/^\d{9,15}(?:\.\d+)?$/.test(plain)) {
    const number = Number(plain);
    return { ms: number >= MILLISECONDS_FROM ? Math.trunc(number) : Math.round(number * 1000), note: "" };
  }
  if (ZONED.test(plain)) {
    const ms = Date.parse(plain.replace(/\s+(?=[Z+-]|\d\d:)/gi, (gap, at) => (at <= 10 ? "T" : "")));
    return Number.isNaN(ms) ? { error: "No such day or time" } : { ms, note: "Its own zone is used" };
  }
  return fromClock(plain, zone);
}

function fromNow([, sign, spanText], nowMs) {
  if (!sign) return { ms: nowMs, note: "" };
  const spanMs = parseSpan(spanText);
  if (spanMs === null) return { error: "Write now-15m, now-6h or now-7d" };
  return { ms: nowMs + (sign === "-" ? -spanMs : spanMs), note: "" };
}

function fromClock(text, zone) {
  const match = WALL.exec(text);
  if (!match) return { error: "Write 2026-11-23 10:00:00, now-6h or a Unix time" };
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const fraction = Number((match[7] ?? "0").padEnd(3, "0"));
  const wallMs = Date.UTC(year, month - 1, day, hour, minute, second, fraction);
  const made = new Date(wallMs);
  const same = made.getUTCMonth() === month - 1 && made.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  if (!same) return { error: "No such day or time" };
  const { ms, how } = fromWall(wallMs, zone);
  return { ms, note: NOTES[how](zoneCity(zone)) };
}

const NOTES = {
  once: () => "",
  twice: (city) => `The clocks in ${city} showed this twice; the first is taken`,
  never: (city) => `The clocks in ${city} went forward over this time`,
};
