// What may be typed for a moment.

import assert from "node:assert/strict";
import test from "node:test";
import { parseMoment, parseSpan } from "../../src/vmexporter/web/static/js/moments.js";

const NOW = Date.UTC(2026, 10, 23, 12, 20);
const parse = (text, zone = "UTC") => parseMoment(text, NOW, zone);

test("a clock's time is of the chosen zone", () => {
  assert.equal(parse("2026-11-23 09:00:00", "Asia/Tokyo").ms, Date.UTC(2026, 10, 23));
  assert.equal(parse("2026-11-23 09:00", "UTC").ms, Date.UTC(2026, 10, 23, 9));
  assert.equal(parse("2026-11-23T09:00:00.5", "UTC").ms, Date.UTC(2026, 10, 23, 9, 0, 0, 500));
  assert.equal(parse("2026-11-23", "America/New_York").ms, Date.UTC(2026, 10, 23, 5));
});

test("an offset of its own wins, and is told", () => {
  for (const text of [
    "2026-11-23T10:00:00Z",
    "2026-11-23 11:00:00+01:00",
    "2026-11-23T10:00Z",
    "2026-11-23 10:00:00 Z",
  ]) {
    const { ms, note } = parse(text, "Asia/Tokyo");
    assert.equal(ms, Date.UTC(2026, 10, 23, 10), text);
    assert.match(note, /own zone/);
  }
});

test("relative to now", () => {
  assert.equal(parse("now").ms, NOW);
  assert.equal(parse("now-6h").ms, NOW - 6 * 3_600_000);
  assert.equal(parse("NOW - 1h30m").ms, NOW - 5_400_000);
  assert.equal(parse("now+5m").ms, NOW + 300_000);
  assert.match(parse("now-").error ?? parse("now-x").error, /now-/);
});

test("Unix times in seconds and milliseconds", () => {
  assert.equal(parse("1795423400").ms, 1_795_423_400_000);
  assert.equal(parse("1795423400000").ms, 1_795_423_400_000);
  assert.equal(parse("1795423400.25").ms, 1_795_423_400_250);
});

test("what is no moment is refused", () => {
  const wrong = [
    "",
    "yesterday",
    "2026-02-30 10:00:00",
    "2026-13-01",
    "2026-11-23 24:00:00",
    "2026-11-23 10:61",
    "12",
    "2026-11-23T10:00:00+99:00x",
  ];
  for (const text of wrong) assert.ok(parse(text).error, text);
});

test("clocks that go forward or back are told", () => {
  assert.match(parse("2026-10-25 02:30:00", "Europe/Berlin").note, /twice/);
  assert.match(parse("2026-03-29 02:30:00", "Europe/Berlin").note, /forward/);
  assert.equal(parse("2026-11-23 02:30:00", "Europe/Berlin").note, "");
});

test("spans", () => {
  assert.equal(parseSpan("1h30m"), 5_400_000);
  assert.equal(parseSpan("500ms"), 500);
  assert.equal(parseSpan("1.5h"), 5_400_000);
  for (const text of ["", "h", "5", "1h 30x"]) assert.equal(parseSpan(text), null, text);
});
