// What the views of stopped runs share: asking to go on or to give up, what is said when that fails, and the run's facts.

import { button, fill, h, note } from "../dom.js";

/** Why going on may need another sign-in first. */
export const SIGN_IN = new Set(["access_denied", "unauthorized"]);

/** *routes* has resume(id, body) and cancel(id); what comes of them is followed, a failure is told in ``failure``. */
export function goingOn(app, routes) {
  const failure = h("div");
  let busy = false;

  async function ask(question) {
    if (busy) return;
    busy = true;
    const { id } = app.store.state.run;
    try {
      app.follower.watch(id, await question(id));
    } catch (error) {
      if (!("status" in error)) throw error;
      fill(failure, note("bad", `${error.message}.`, error.hint));
    } finally {
      busy = false;
    }
  }

  /** The button that gives up, at the second click, before which *sureWords* say what becomes of the work. */
  function dropButton(words, sureWords) {
    let isSure = false;
    const drop = button(
      words,
      () => {
        if (isSure) return void ask(routes.cancel);
        isSure = true;
        drop.textContent = sureWords;
      },
      "danger sm",
    );
    return drop;
  }

  return { failure, resume: (body) => ask((id) => routes.resume(id, body)), dropButton };
}

/** The panel of what is known of a run: [term, words] pairs, those without words left out. */
export function runFacts(label, rows) {
  const given = rows.filter(([, words]) => words).map(([term, words]) => [h("dt", null, term), h("dd", null, words)]);
  return h("section.panel", { "aria-label": label }, h("div.body", null, h("dl.kv", null, given)));
}
