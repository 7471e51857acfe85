// A range in words, in UTC and as ticks.

import assert from "node:assert/strict";
import test from "node:test";
import * as ranges from "../../src/vmexporter/web/static/js/ranges.js";

const START = Date.UTC(2026, 10, 23, 0, 20);
const END = Date.UTC(2026, 10, 23, 12, 20);

test("words", () => {
  assert.equal(
    ranges.rangeWords(START, END, "Europe/Berlin"),
    "12 hours on Monday 23 November, 01:20:00 to 13:20:00 in Berlin",
  );
  assert.equal(
    ranges.rangeWords(START, END, "America/New_York"),
    "12 hours, from Sunday 22 November, 19:20:00 to Monday 23 November, 07:20:00 in New York",
  );
  assert.match(ranges.rangeWords(START, END, "UTC"), /00:20:00 to 12:20:00 UTC$/);
});

test("UTC, as it is sent", () => {
  assert.equal(ranges.utcRange(START, END), "2026-11-23T00:20:00Z to 12:20:00Z");
  assert.equal(ranges.utcRange(START, END + 86_400_001), "2026-11-23T00:20:00Z to 2026-11-24T12:20:00.001Z");
  assert.equal(ranges.utcClock(END, START), "12:20:00 UTC");
  assert.equal(ranges.utcClock(END, START + 86_400_000), "23 Nov 12:20 UTC");
});

test("presets end now", () => {
  for (const [name, length] of ranges.PRESETS) {
    const { start_ms: start, end_ms: end, preset } = ranges.presetRange(name, END + 999);
    assert.equal(preset, name);
    assert.equal(end, END);
    assert.equal(end - start, length);
  }
  assert.deepEqual(
    ranges.PRESETS.map(([name]) => name),
    ["15 m", "1 h", "3 h", "6 h", "12 h", "24 h", "7 d"],
  );
});

test("ticks tell the day where it changes", () => {
  const ticks = ranges.ticks(START - (END - START), END, "UTC", 7);
  assert.deepEqual(ticks, ["Sun 12:20", "16:20", "20:20", "Mon 00:20", "04:20", "08:20", "12:20"]);
  assert.deepEqual(ranges.ticks(START, START + 240_000, "UTC", 3), ["00:20", "00:22", "00:24"]);
  assert.deepEqual(ranges.ticks(START, START + 60_000, "UTC", 3), ["00:20:00", "00:20:30", "00:21:00"]);
});
