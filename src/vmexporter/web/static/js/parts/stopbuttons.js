// Pause and Cancel of a run that goes on, and what is said when neither is possible.

import { button, fill, h, note } from "../dom.js";

/**
 * The buttons (acts) and the place for a failure. *routes* has pause(id) and cancel(id); cancelling cannot be taken back,
 * so it takes a second click, on a button that says with *sureWords* what becomes of the work.
 */
export function stopButtons(app, routes, sureWords) {
  const acts = h("span.acts");
  const failure = h("div.mts", { role: "status" });

  async function act(what) {
    const { id } = app.store.state.run;
    try {
      app.follower.watch(id, await routes[what](id));
    } catch (error) {
      if (!("status" in error)) throw error;
      fill(failure, note("bad", `${error.message}.`, error.hint));
      buttons();
    }
  }

  function buttons() {
    fill(
      acts,
      button("Pause", () => void act("pause"), "sm"),
      button("Cancel", sure, "danger sm", { id: "cancel" }),
    );
  }

  function sure() {
    const goOn = () => {
      buttons();
      acts.querySelector("#cancel").focus();
    };
    const back = button("Go on", goOn, "sm");
    fill(
      acts,
      button(sureWords, () => void act("cancel"), "danger sm"),
      back,
    );
    back.focus();
  }

  buttons();
  return { acts, failure };
}
