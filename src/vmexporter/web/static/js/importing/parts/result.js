// An import that is done: whether the target has what was sent, job by job, and where to look at it.

import { fill, h, note } from "../../dom.js";
import { count, exact, plural, sentence } from "../../format.js";

const LEFT = {
  bad_lines: "lines that could not be read",
  other_jobs_samples: "samples of jobs that were not chosen",
  outside_range: "samples outside the chosen range",
  before_retention: "samples older than the target keeps",
  in_the_future: "samples too far in the future",
};
const MOST_ROWS = 200;

/** The view; "Import another" begins anew. */
export function resultView(app) {
  const root = h("div.stack");
  let drawn = false;

  function another() {
    app.follower.stop();
    app.follower.snapshot = null;
    app.go("bundle");
    app.store.reset();
  }

  function update({ snapshot }) {
    if (drawn || !snapshot?.result) return;
    drawn = true;
    const { result, file_name: name, server } = snapshot;
    fill(
      root,
      verdict(result, server),
      reasons(result),
      figures(result),
      leftOut(result.left_out),
      table(result, name),
    );
  }

  return {
    root,
    update,
    primary: () => ({ words: "Import another", act: another, plain: true }),
    words: () => "The credentials have been dropped from memory",
  };
}

function verdict({ verdict: found, samples, samples_found: stored, doubtful, lost }, server) {
  const notes = [
    {
      same: () =>
        note(
          "ok",
          "The target has all that was sent.",
          `${exact(samples)} samples counted at ${server}, series and samples of each job compared.`,
        ),
      different: () =>
        note(
          "warn",
          "The target has something else than was sent.",
          `${exact(stored)} of ${exact(samples)} samples were counted at ${server}. The table says which jobs differ.`,
        ),
      unverified: () =>
        note(
          "warn",
          "What the target has could not be counted.",
          `It took all of ${exact(samples)} samples, and answers no queries here.`,
        ),
    }[found](),
  ];
  if (lost)
    notes.push(
      note("warn", `${plural(lost, "sample")} of the bundle could not be read.`, "It is damaged: its manifest promises more."),
    );
  if (doubtful)
    notes.push(
      note(
        "warn",
        `${plural(doubtful, "sample")} may stand there twice.`,
        "The connection was lost while they were sent, and they could not be read back.",
      ),
    );
  return notes;
}

function reasons({ reasons: given }) {
  if (!given.length) return null;
  return h(
    "section",
    { "aria-labelledby": "why-different" },
    h("h2#why-different", null, "What may be the reason"),
    h(
      "ul.rows.mts",
      null,
      given.map((text) => h("li", null, h("p", null, sentence(text)))),
    ),
  );
}

function figures({ samples, series, jobs, elapsed_s: elapsed }) {
  const cell = (name, words) => h("div", null, h("dt", null, name), h("dd", null, words));
  return h(
    "dl.stats.block",
    null,
    cell("Series", exact(series)),
    cell("Samples", exact(samples)),
    cell("Jobs", exact(jobs.length)),
    elapsed ? cell("Samples per second", count(samples / Math.max(elapsed, 0.001))) : null,
  );
}

function leftOut(counts) {
  const rows = Object.entries(LEFT).filter(([name]) => counts[name]);
  if (!rows.length) return null;
  const words = rows.map(([name, what]) => `${exact(counts[name])} ${what}`).join(", ");
  return note("info", "Left out, as was told before:", `${words}.`);
}

function table({ jobs }, name) {
  const isOff = (row) => row.samples_found !== null && (row.samples_found !== row.samples_sent || isOther(row));
  const isOther = ({ series_sent: sent, series_found: found }) => found !== null && found !== sent;
  const ordered = [...jobs].sort((one, other) => Number(isOff(other)) - Number(isOff(one)));
  const pair = (found, sent, what) =>
    h("td.num", null, found === null ? exact(sent) : `${exact(found)} of ${exact(sent)}`, ` ${what}`);
  const rows = ordered
    .slice(0, MOST_ROWS)
    .map((row) =>
      h(
        "tr",
        null,
        h("td.job.full", null, row.job || "(no job)"),
        pair(row.series_found, row.series_sent, "series"),
        pair(row.samples_found, row.samples_sent, "samples"),
        h("td", null, mark(row, isOff(row))),
      ),
    );
  const head = ["Series found", "Samples found"].map((words) => h("th.num", { scope: "col" }, words));
  return h(
    "section.panel",
    { "aria-labelledby": "by-job" },
    h("header", null, h("h2#by-job", null, "By job"), h("span.small.soft", null, name)),
    h(
      "div.scroll.tall",
      { role: "region", "aria-label": "Sent and found by job", tabindex: "0" },
      h(
        "table.tbl.fold.verify",
        null,
        h("thead", null, h("tr", null, h("th", { scope: "col" }, "Job"), head, h("th", { scope: "col" }, "Verdict"))),
        h("tbody", null, rows),
      ),
    ),
  );
}

function mark({ samples_found: found }, isOff) {
  if (found === null) return h("span.tag", null, "Not counted");
  return isOff ? h("span.tag.is-warn", null, "Differs") : h("span.tag.is-ok", null, "Same");
}
