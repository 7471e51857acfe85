// Step 3 of an import: what the target will do with the bundle, what can be changed, and the start.

import { fill, h, note } from "../../dom.js";
import { debounce } from "../../parts/field.js";
import { targetName } from "../course.js";
import { notices } from "../notices.js";
import { optionFields } from "../parts/optionfields.js";
import { preflight } from "../parts/preflight.js";
import { noticeList, preflightTable } from "../parts/preflighttable.js";
import { checkKey, importBody, parseOptions } from "../request.js";

/** The words at the top. */
export const head = ({ sound }) => ({
  title: "Check and adjust",
  lead: `${sound?.damage.length ? "What is sound of the bundle is read." : "The bundle is sound."} This is what the target will do with it, and what you can change before a single sample is sent.`,
});

/** Show the step. */
export function mount(root, app, signal) {
  const { store } = app;
  const warnings = h("div.stack-s", { role: "status" });
  const failure = h("div");
  const table = preflightTable();
  const asks = preflight(app, signal, table, () => draw());
  const later = debounce(look, 400);
  const fields = optionFields(app, signal, () => {
    draw();
    later();
  });
  let starting = false;
  signal.addEventListener("abort", () => later.stop());
  fill(root, h("div.stack-l", null, warnings, h("div.split", null, table.root, fields.root), failure));

  /** Ask anew if what is chosen now is not what the last answer is about. */
  function look() {
    const { options } = parseOptions(store.state, app.nowMs());
    if (!options || signal.aborted) return;
    const key = checkKey(store.state, options);
    if (store.state.check?.key === key) asks.stop();
    else void asks.run(key, importBody(store.state, store.secrets(), options));
  }

  function draw() {
    const { check, options, sound } = store.state;
    const found = check?.result ? notices(check.result, options.shift, sound.damage) : [];
    fill(warnings, noticeList(found, fixed));
    warnings.hidden = !found.length;
    if (check?.result) table.show(check.result, targetName(store.state), sound);
    fields.show();
    app.refresh();
  }

  /** A notice's one button. */
  function fixed(fix) {
    fields.take({ shift: fix });
    warnings.querySelector("button")?.focus();
  }

  async function start() {
    if (starting) return;
    starting = true;
    const { options } = parseOptions(store.state, app.nowMs());
    try {
      const snapshot = await app.imports.start(importBody(store.state, store.secrets(), options));
      app.follower.watch(snapshot.id, snapshot);
      app.go("import", `/${encodeURIComponent(snapshot.id)}`);
    } catch (error) {
      if (!("status" in error)) throw error;
      fill(failure, note("bad", `${error.message}.`, error.hint));
    } finally {
      starting = false;
    }
  }

  function missing() {
    const { error, field, options } = parseOptions(store.state, app.nowMs());
    if (error) return { why: WRONG[field] ?? "Correct the options first", focus: field };
    const { check } = store.state;
    if (check?.key !== checkKey(store.state, options))
      return { why: "The preflight has to end first", focus: "preflight" };
    if (check.result.merged_series) return { why: "Correct the labels to drop first", focus: "drop" };
    const { samples, too_old: old, in_the_future: ahead } = check.result;
    if (!samples) return { why: "There is nothing to import", focus: "preflight" };
    return samples > old + ahead ? null : { why: "The target would drop all of it: move it in time", focus: "preflight" };
  }

  draw();
  look();
  return {
    primary: () => ({ words: "Start import", act: () => void start(), missing: missing() }),
    words: () => (missing() ? undefined : `Sends to ${targetName(store.state)}`),
  };
}

const WRONG = {
  drop: "Correct the labels to drop first",
  extra: "Correct the extra label first",
  jobs: "No job is left",
};
