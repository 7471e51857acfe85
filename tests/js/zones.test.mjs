// The chosen zone governs, whatever the zone of the computer: run with TZ=UTC, TZ=America/New_York, …

import assert from "node:assert/strict";
import test from "node:test";
import * as zones from "../../src/vmexporter/web/static/js/zones.js";

const NOON = Date.UTC(2026, 10, 23, 12, 20);
const wall = (text) => Date.parse(`${text}Z`);

test("a clock in Tokyo", () => {
  assert.equal(zones.wallText(NOON, "Asia/Tokyo"), "2026-11-23 21:20:00");
  assert.deepEqual(zones.fromWall(wall("2026-11-23T09:00:00"), "Asia/Tokyo"), {
    ms: Date.UTC(2026, 10, 23),
    how: "once",
  });
});

test("clocks there and back, in zones with odd offsets and summer time", () => {
  for (const zone of [
    "UTC",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Pacific/Apia",
    "Europe/Berlin",
    "Pacific/Chatham",
  ]) {
    for (let day = 0; day < 365; day += 7) {
      const ms = Date.UTC(2026, 0, 1 + day, 17, 31, 5, 250);
      const shown = wall(zones.wallText(ms, zone).replace(" ", "T"));
      assert.equal(zones.fromWall(shown, zone).ms, ms, `${zone} ${day}`);
    }
  }
});

test("an hour that the clocks show twice: the first is taken", () => {
  const twice = zones.fromWall(wall("2026-10-25T02:30:00"), "Europe/Berlin");
  assert.deepEqual(twice, { ms: Date.UTC(2026, 9, 25, 0, 30), how: "twice" });
  const newYork = zones.fromWall(wall("2026-11-01T01:30:00"), "America/New_York");
  assert.deepEqual(newYork, { ms: Date.UTC(2026, 10, 1, 5, 30), how: "twice" });
});

test("an hour that the clocks leave out is told, and lies behind the jump", () => {
  const never = zones.fromWall(wall("2026-03-29T02:30:00"), "Europe/Berlin");
  assert.equal(never.how, "never");
  assert.equal(zones.wallText(never.ms, "Europe/Berlin"), "2026-03-29 03:30:00");
});

test("milliseconds and years before 1970 survive", () => {
  assert.equal(zones.wallText(NOON + 7, "UTC"), "2026-11-23 12:20:00.007");
  assert.equal(zones.offsetMs("Europe/London", Date.UTC(1969, 5, 1)), 3_600_000);
  assert.equal(zones.offsetMs("UTC", -1), 0);
});

test("labels", () => {
  assert.equal(zones.zoneLabel("Europe/Berlin", NOON), "Europe/Berlin (UTC+01:00)");
  assert.equal(zones.zoneLabel("America/St_Johns", NOON), "America/St_Johns (UTC-03:30)");
  assert.equal(zones.zoneLabel("UTC", NOON), "UTC");
  assert.equal(zones.zoneCity("America/New_York"), "New York");
});

test("zones are found by name, part or label, in any case", () => {
  const find = (text) => zones.findZone(text, "Europe/Berlin");
  assert.equal(find("local"), "Europe/Berlin");
  assert.equal(find("utc"), "UTC");
  assert.equal(find("asia/tokyo"), "Asia/Tokyo");
  assert.equal(find("Asia/Tokyo (UTC+09:00)"), "Asia/Tokyo");
  assert.equal(find("tokyo"), "Asia/Tokyo");
  assert.equal(find("new york"), "America/New_York");
  for (const city of ["Kolkata", "Kathmandu", "Kyiv", "Nuuk"]) assert.match(find(city) ?? "", new RegExp(`/${city}$`));
  for (const nothing of ["", "Nowhere", "Asia", "<img>", "+02:00"]) assert.equal(find(nothing), null, nothing);
});

test("all zones of the browser are offered, UTC first", () => {
  const all = zones.allZones();
  assert.equal(all[0], "UTC");
  assert.ok(all.length > 300);
  assert.equal(new Set(all).size, all.length);
});
