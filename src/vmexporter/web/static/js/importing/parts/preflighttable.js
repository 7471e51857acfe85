// What a preflight found, as a table; its notices above, each with at most one button.

import { attribute, button, fill, h, note, state as stateBox } from "../../dom.js";
import { count, exact, plural, sentence, span } from "../../format.js";
import { utcRange } from "../../ranges.js";
import { retentionWords } from "../notices.js";

const MOST_JOBS = 50;

/** The notices as elements; *fix* is told which one was pressed. */
export function noticeList(found, fix) {
  return found.map(({ kind, fact, more, fix: what }) =>
    note(kind, `${sentence(fact)}`, more, ...(what ? [button(what.words, () => fix(what.fix), "sm")] : [])),
  );
}

/** The panel: ``wait`` while it is made, ``show`` an answer, ``fail`` with an error. */
export function preflightTable() {
  const tag = h("span.tag", { role: "status" });
  const body = h("div.inner");
  const root = h(
    "section.panel",
    { "aria-labelledby": "preflight", tabindex: "-1" },
    h("header", null, h("h2#preflight", { tabindex: "-1" }, "Preflight"), tag),
    body,
  );
  let shown = null;

  function say(kind, words) {
    tag.className = `tag ${kind}`;
    tag.hidden = !words;
    if (tag.textContent !== words) tag.textContent = words;
  }

  say("", "");
  return {
    root,
    wait(done) {
      say("", `${Math.floor(done * 100)} % read`);
      attribute(body, "aria-busy", "true");
      if (!shown) fill(body, stateBox("loading", "Reading the bundle", "Nothing is sent"));
    },
    show(result, server, sound) {
      if (sound.damage.length) say("is-warn", "Damaged");
      else say(sound.checked ? "is-ok" : "", sound.checked ? "Checksums match" : "Read");
      attribute(body, "aria-busy", null);
      if (shown === result) return;
      shown = result;
      fill(body, h("div.body.stack-s", null, facts(result, server), jobTable(result.jobs)));
    },
    fail({ message, hint = "" }, again) {
      say("is-bad", "Failed");
      attribute(body, "aria-busy", null);
      shown = null;
      fill(body, stateBox("error", sentence(message), sentence(hint), button("Try again", again, "sm")));
    },
  };
}

function facts(result, server) {
  const { target, samples, too_old: old, in_the_future: ahead, shift_ms: shift } = result;
  const kept = samples - old - ahead;
  const rows = [
    ["Contents", `${exact(result.series)} series, ${exact(samples)} samples`],
    ["Range", samples ? utcRange(result.first_ms, result.last_ms) : "None"],
    ["Shifted", shift ? `by ${shift < 0 ? "minus " : ""}${span(Math.abs(shift))}` : ""],
    ["As", shift && samples ? utcRange(result.first_ms + shift, result.last_ms + shift) : ""],
    ["Target", [server, target.tenant && `tenant ${target.tenant}`, target.version].filter(Boolean).join(", ")],
    ["Retention", retentionWords(target) ? `${retentionWords(target)}, read from its flags` : "Not told by the target"],
    ["Labels per series", labelWords(result)],
    ["Left out", leftOut(result.left_out)],
    [
      "Would be kept",
      `${kept === samples ? "all of " : `${count(kept)} of `}${count(samples)} samples`,
      kept === samples ? "" : "is-warn",
    ],
  ];
  return h(
    "dl.kv",
    null,
    rows
      .filter(([, words]) => words)
      .map(([term, words, kind = ""]) => [h("dt", null, term), h("dd", { class: kind }, words)]),
  );
}

function labelWords({ most_labels: most, target, series_over_limit: over }) {
  if (target.label_limit === null) return `at most ${most}`;
  return `at most ${most}; the target takes ${target.label_limit}${over ? `, ${exact(over)} series have more` : ""}`;
}

const LEFT = {
  bad_lines: ["line that cannot be read", "lines that cannot be read"],
  other_jobs_samples: ["sample of other jobs", "samples of other jobs"],
  outside_range: ["sample outside the chosen range", "samples outside the chosen range"],
};

/** What of the bundle is not sent, in words. */
function leftOut(counts) {
  return Object.entries(LEFT)
    .filter(([name]) => counts[name])
    .map(([name, [one, many]]) => plural(counts[name], one, many))
    .join(", ");
}

function jobTable(jobs) {
  if (jobs.length < 2) return null;
  const cell = (words) => h("td.num", null, words);
  const head = ["Series", "Samples"].map((words) => h("th.num", { scope: "col" }, words));
  return h(
    "details.more",
    null,
    h("summary", null, plural(jobs.length, "job")),
    h(
      "div.scroll.tall",
      { role: "region", "aria-label": "Series and samples by job", tabindex: "0" },
      h(
        "table.tbl",
        null,
        h("thead", null, h("tr", null, h("th", { scope: "col" }, "Job"), head)),
        h(
          "tbody",
          null,
          jobs
            .slice(0, MOST_JOBS)
            .map(({ job, series, samples }) =>
              h("tr", null, h("td.job", null, job || "(no job)"), cell(exact(series)), cell(exact(samples))),
            ),
        ),
      ),
    ),
  );
}
