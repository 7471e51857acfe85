// Numbers and spans as people read them: with a unit, three digits where more would be noise.

const DAY_S = 86_400;

/** 5,540 as it is; from 100,000 on three digits and a unit: 940 k, 15.9 M. */
export function count(number) {
  if (number === null || number === undefined || !Number.isFinite(number)) return "unknown";
  if (Math.abs(number) < 100_000) return exact(Math.round(number));
  return scaled(number, 1000, ["", " k", " M", " G", " T"]);
}

/** All digits, in groups of three: 15,871,556. */
export function exact(number) {
  if (number === null || number === undefined || !Number.isFinite(number)) return "unknown";
  return number.toLocaleString("en-US");
}

/** 512 B, 38.4 MB. */
export function bytes(number) {
  if (number === null || number === undefined || !Number.isFinite(number)) return "unknown";
  return scaled(number, 1000, [" B", " KB", " MB", " GB", " TB"]);
}

function scaled(number, base, units) {
  let value = number;
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= base;
    unit += 1;
  }
  const digits = unit === 0 || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(digits) + units[unit];
}

/** How long a stage of a test took: 0 ms, 54 ms, 1.8 s. */
export function took(seconds) {
  const ms = Math.round((seconds ?? 0) * 1000);
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** 0:14, 12:05, 1:02:03. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds ?? 0));
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** A span in words, its two largest units: 12 hours, 1 hour 30 minutes, 26 seconds. */
export function span(ms) {
  if (ms < 1000) return plural(Math.max(0, Math.round(ms)), "millisecond");
  let rest = Math.round(ms / 1000);
  const parts = [];
  for (const [size, unit] of [
    [DAY_S, "day"],
    [3600, "hour"],
    [60, "minute"],
    [1, "second"],
  ]) {
    const whole = Math.floor(rest / size);
    rest -= whole * size;
    if (whole) parts.push(plural(whole, unit));
    if (parts.length === 2 || (parts.length && !whole)) break;
  }
  return parts.join(" ");
}

/** The same, short: 12 h, 90 m, 45 s; days where they are whole. */
export function shortSpan(ms) {
  const seconds = Math.round(ms / 1000);
  if (seconds && seconds % DAY_S === 0 && seconds > DAY_S) return `${seconds / DAY_S} d`;
  if (seconds && seconds % 3600 === 0) return `${seconds / 3600} h`;
  if (seconds && seconds % 60 === 0) return `${seconds / 60} m`;
  return seconds >= 60 ? span(ms).replace(/(\d) ([a-z])[a-z]+/g, "$1 $2") : `${seconds} s`;
}

/** 1 window, 12 windows. */
export function plural(number, word, many = `${word}s`) {
  return `${exact(number)} ${number === 1 ? word : many}`;
}

/** The server's sentence with a capital: "cannot x: why" → "Cannot x: why". */
export function sentence(text) {
  return text ? text[0].toUpperCase() + text.slice(1) : "";
}

/** a, b and c. */
export function listed(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** The last part of a path, whichever way its slashes lean. */
export function fileName(path) {
  return (path ?? "").split(/[/\\]/).at(-1);
}

/** The folder of a path. */
export function folderOf(path) {
  return (path ?? "").slice(0, Math.max(0, (path ?? "").length - fileName(path).length - 1));
}
