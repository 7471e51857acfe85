// A range of time in words, in UTC, and as the ticks of a ruler.

import { span } from "./format.js";
import { wall, wallText, zoneCity } from "./zones.js";

export const PRESETS = [
  ["15 m", 900_000],
  ["1 h", 3_600_000],
  ["3 h", 10_800_000],
  ["6 h", 21_600_000],
  ["12 h", 43_200_000],
  ["24 h", 86_400_000],
  ["7 d", 604_800_000],
];

/** The range of a preset, to a whole second. */
export function presetRange(preset, nowMs) {
  const end_ms = Math.floor(nowMs / 1000) * 1000;
  const [, length] = PRESETS.find(([name]) => name === preset);
  return { preset, start_ms: end_ms - length, end_ms, problem: null };
}

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** ``2026-11-23T00:20:00Z``, with milliseconds only where there are some. */
export function utcText(ms) {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

/** ``2026-11-23T00:20:00Z to 12:20:00Z``: the day once, if it is the same. */
export function utcRange(startMs, endMs) {
  const [start, end] = [utcText(startMs), utcText(endMs)];
  return `${start} to ${start.slice(0, 11) === end.slice(0, 11) ? end.slice(11) : end}`;
}

/** ``12:20:00 UTC``, or ``23 Nov 12:20 UTC`` if that is not *todayMs*'s day. */
export function utcClock(ms, todayMs) {
  const text = utcText(ms);
  if (text.slice(0, 10) === utcText(todayMs).slice(0, 10)) return `${text.slice(11, 19)} UTC`;
  const day = new Date(ms);
  return `${day.getUTCDate()} ${MONTHS[day.getUTCMonth()].slice(0, 3)} ${text.slice(11, 16)} UTC`;
}

/** ``12:20:00``, or ``23 Nov 12:20`` in a range of more than one UTC day. */
export function clockIn(range, ms, isShort = false) {
  const [text, start, end] = [ms, range.start_ms, range.end_ms].map(utcText);
  if (start.slice(0, 10) === end.slice(0, 10)) return text.slice(11, isShort ? 16 : 19);
  const day = new Date(ms);
  return `${day.getUTCDate()} ${MONTHS[day.getUTCMonth()].slice(0, 3)} ${text.slice(11, 16)}`;
}

/** ``12 hours on Monday 23 November, 01:20:00 to 13:20:00 in Berlin``. */
export function rangeWords(startMs, endMs, zone) {
  const [start, end] = [dayAndClock(startMs, zone), dayAndClock(endMs, zone)];
  const where = zone === "UTC" ? "UTC" : `in ${zoneCity(zone)}`;
  const length = span(endMs - startMs);
  if (start.day === end.day) return `${length} on ${start.day}, ${start.clock} to ${end.clock} ${where}`;
  return `${length}, from ${start.day}, ${start.clock} to ${end.day}, ${end.clock} ${where}`;
}

function dayAndClock(ms, zone) {
  const shown = wall(ms, zone);
  const day = `${DAYS[shown.getUTCDay()]} ${shown.getUTCDate()} ${MONTHS[shown.getUTCMonth()]}`;
  return { day, clock: wallText(ms, zone).slice(11) };
}

/** *count* words for moments evenly spread from *startMs* to *endMs*; the day where it changes. */
export function ticks(startMs, endMs, zone, count) {
  const withSeconds = endMs - startMs < count * 60_000;
  let dayBefore = null;
  return Array.from({ length: count }, (_, index) => {
    const ms = startMs + ((endMs - startMs) * index) / (count - 1);
    const shown = wall(ms, zone);
    const text = wallText(Math.round(ms / 1000) * 1000, zone).slice(11, withSeconds ? 19 : 16);
    const day = wallText(ms, zone).slice(0, 10);
    const words =
      day === dayBefore || (endMs - startMs <= 86_400_000 && dayBefore === null && sameDay(ms, endMs, zone))
        ? text
        : `${DAYS[shown.getUTCDay()].slice(0, 3)} ${text}`;
    dayBefore = day;
    return words;
  });
}

function sameDay(oneMs, otherMs, zone) {
  return wallText(oneMs, zone).slice(0, 10) === wallText(otherMs, zone).slice(0, 10);
}
