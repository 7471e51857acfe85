// The first look: who was there, in which versions, what restarted; then the most telling charts.

import { h } from "../dom.js";
import { plural, span } from "../format.js";
import { chartCards } from "./cards.js";
import { upWords } from "./compared.js";
import { comparison } from "./comparison.js";
import { flagList } from "./flags.js";
import { markWords } from "./marks.js";
import { clock, moment } from "./values.js";

const WIDTH = 720;
const TICKS = 4;
const ROWS_AT_ONCE = 12;

/** Fill *body*. */
export function showOverview(app, body, signal) {
  const isOne = app.sides.length < 2;
  if (!isOne) body.append(comparison(app.sides));
  for (const side of app.sides) {
    const whose = isOne ? "" : ` of ${side.name}`;
    body.append(instances(side, whose), marks(side), flagList(side.overview.rows));
  }
  body.append(chartCards(app, "overview", signal));
}

/** The table of instances; *whose* says of which bundle, where several are shown. */
function instances({ overview, range }, whose) {
  const { rows } = overview;
  const length = `${span(range.end_ms - range.start_ms)} to ${moment(range.end_ms)}`;
  const at = (place) => clock(range.start_ms + ((range.end_ms - range.start_ms) * place) / (TICKS - 1), range);
  const ticks = Array.from({ length: TICKS }, (_, place) => h("span", null, at(place)));
  const head = ["Component", "Instance", "Version"].map((words) => h("th", { scope: "col" }, words));
  const numbers = ["Up", "Restarts", "Flags set"].map((words) => h("th.num", { scope: "col" }, words));
  const lanes = h("th", { scope: "col" }, h("span.vh", null, "Up over the range"), h("div.ticks", { "aria-hidden": "true" }, ticks));
  return h(
    "section.panel",
    { "aria-label": `${plural(rows.length, "instance")}${whose}` },
    h("header", null, h("h2", null, plural(rows.length, "instance"), whose), h("span.small.soft", null, length)),
    h(
      "div.scroll",
      { role: "region", "aria-label": `Instances${whose}`, tabindex: "0", class: rows.length > ROWS_AT_ONCE ? "tall" : "" },
      h("table.tbl.fold.instances", null, h("thead", null, h("tr", null, head, numbers, lanes)), h("tbody", null, rows.map((row) => line(row, overview)))),
    ),
  );
}

function line(row, overview) {
  const set = row.flags.filter(({ is_default: isDefault }) => !isDefault).length;
  return h(
    "tr",
    null,
    h("td", null, row.component),
    h("td", null, h("span.mono", null, row.instance), row.job ? h("small", null, row.job) : null),
    h("td", null, row.versions.map((version, place) => [place ? " → " : "", h("span.version", null, version)]), row.versions.length ? null : "unknown"),
    h("td.num", null, up(row)),
    h("td.num.hide-n", null, row.restarts ?? "unknown"),
    h("td.num.hide-n", null, set),
    h("td.full.lane-td", null, lane(row, overview)),
  );
}

function up({ up_share: share }) {
  return share !== null && share < 0.98 ? h("b.is-bad", null, upWords(share)) : upWords(share);
}

/** When an instance was up: a bar, its gaps told by height too, a tick for a restart. */
function lane(row, { start_ms, end_ms, marks: all }) {
  const length = end_ms - start_ms || 1; // a bundle of a single moment
  const at = (ms) => Math.min(WIDTH, Math.max(0, ((ms - start_ms) / length) * WIDTH));
  const bar = ([from, to], kind) =>
    h(`rect.${kind}`, {
      x: at(from).toFixed(2),
      y: kind === "on" ? 14 : 10,
      width: Math.max(2, at(to) - at(from)).toFixed(2),
      height: kind === "on" ? 6 : 14,
    });
  const edges = [row.first_ms, ...row.down.flat(), row.last_ms];
  const ups = edges.flatMap((edge, place) => (place % 2 ? [[edges[place - 1], edge]] : [])).filter(([a, b]) => b > a);
  const own = all.filter(({ job, instance, kind }) => job === row.job && instance === row.instance && kind !== "down");
  const tick = ({ at_ms: ms }) => h("path.tickmark", { d: `M${at(ms).toFixed(2)} 10v14` });
  const words = [
    ...own.map((mark) => `${markWords(mark, false)} ${clock(mark.at_ms, { start_ms, end_ms })}`),
    ...row.down.map(([from, to]) => `down ${clock(from, { start_ms, end_ms })} to ${clock(to, { start_ms, end_ms })} UTC`),
  ];
  return h(
    "svg.lane",
    { viewBox: `0 0 ${WIDTH} 34`, preserveAspectRatio: "none", role: "img", "aria-label": words.join(", ") || "up throughout" },
    ups.map((one) => bar(one, "on")),
    row.down.map((one) => bar(one, "off")),
    own.map(tick),
  );
}

const MARKS_TOLD = 8;

function marks({ overview, range }) {
  const told = overview.marks.slice(0, MARKS_TOLD);
  if (!told.length) return h("p.small.soft", null, "No restart, no new version and no gap to be marked on the charts.");
  const parts = told.flatMap((mark, place) => [place ? "; " : "", h("b", null, clock(mark.at_ms, range)), ` ${markWords(mark)}`]);
  const more = overview.marks.length - told.length;
  return h("p.small.soft", null, "Marked on every chart: ", parts, more ? `; and ${more} more.` : ".");
}
