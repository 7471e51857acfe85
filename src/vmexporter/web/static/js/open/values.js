// Values of charts and findings as people read them, by the unit of their panel: 1.25 M, 12.3 %, 4.2 MB, 1.5 s.

const COUNTS = ["", " k", " M", " G", " T"];
const BYTES = [" B", " kB", " MB", " GB", " TB"];
const SPANS = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
];

/** What stands beside the title of a chart. */
export const UNIT_WORDS = { short: "", ops: "per second", bytes: "bytes", seconds: "seconds", percent: "percent" };

/** *value* with its unit, three digits; a percentage comes as a fraction. */
export function shown(value, unit) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "no value";
  if (unit === "percent") return `${digits(value * 100)} %`;
  if (unit === "bytes") return scaled(value, BYTES);
  if (unit === "seconds") return span(value);
  return scaled(value, COUNTS) + (unit === "ops" ? "/s" : "");
}

function scaled(number, units) {
  let value = number;
  let power = 0;
  while (Math.abs(value) >= 999.5 && power < units.length - 1) {
    value /= 1000;
    power += 1;
  }
  return digits(value) + units[power];
}

function span(value) {
  const size = Math.abs(value);
  const found = SPANS.find(([length]) => size >= length);
  if (found) return `${digits(value / found[0])} ${found[1]}`;
  return size >= 0.001 || !size ? `${digits(value * 1000)} ms` : `${digits(value * 1e6)} µs`;
}

function digits(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 99.95) return value.toFixed(0);
  const text = value.toFixed(Math.min(100, Math.max(0, 2 - Math.floor(Math.log10(size)))));
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** 10:20 of a moment, with seconds in short ranges and the day in long ones; UTC. */
export function clock(ms, { start_ms, end_ms }) {
  const text = new Date(ms).toISOString();
  const length = end_ms - start_ms;
  const time = text.slice(11, length < 1_200_000 ? 19 : 16);
  return length > 86_400_000 ? `${text.slice(5, 10)} ${time}` : time;
}

/** 2026-11-23 12:20:00 UTC. */
export function moment(ms) {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
