// What the lanes say in words, and what stands above the tree.

import assert from "node:assert/strict";
import test from "node:test";
import { laneWords, seenWords } from "../../src/vmexporter/web/static/js/parts/lanewords.js";
import { clockIn } from "../../src/vmexporter/web/static/js/ranges.js";

const at = (clock, day = 23) => Date.UTC(2026, 10, day, ...clock.split(":").map(Number));
const RANGE = { start_ms: at("08:43:20"), end_ms: at("09:00:00") };
const DAYS = { start_ms: at("08:00:00", 20), end_ms: at("09:00:00") };
const node = { first_ms: at("08:44:30"), last_ms: at("08:58:25"), leaves: [null] };

test("first and last seen are told, and nothing of what nobody recorded", () => {
  assert.equal(seenWords(node, RANGE), "08:44:30 to 08:58:25");
  assert.equal(laneWords(node, [], RANGE), "Seen 08:44:30 to 08:58:25 UTC, without a gap");
});

test("gaps are told, the first three", () => {
  const gap = (minute) => [at(`08:${minute}:00`), at(`08:${minute + 1}:30`)];
  assert.equal(
    laneWords(node, [gap(45), gap(50)], RANGE),
    "Seen 08:44:30 to 08:58:25 UTC, down 08:45 to 08:46, 08:50 to 08:51",
  );
  const many = laneWords({ ...node, leaves: [null, null] }, [gap(45), gap(47), gap(50), gap(55)], RANGE);
  assert.match(many, /, one or another down 08:45 to 08:46, 08:47 to 08:48, 08:50 to 08:51 and more$/);
});

test("over several days the day stands with the time", () => {
  assert.equal(seenWords(node, DAYS), "23 Nov 08:44 to 23 Nov 08:58");
  assert.equal(clockIn(DAYS, at("10:00:00", 21), true), "21 Nov 10:00");
  assert.equal(clockIn(RANGE, at("08:50:10"), true), "08:50");
});
