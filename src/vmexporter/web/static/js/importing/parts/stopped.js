// An import that does not run: paused, interrupted, failed or cancelled; why, and how it goes on.

import { button, fill, h, note } from "../../dom.js";
import { count, sentence, span } from "../../format.js";
import { goingOn, runFacts, SIGN_IN } from "../../parts/goingon.js";
import { runLog } from "../../parts/runlog.js";
import { leadsElsewhere, targetName } from "../course.js";
import { targetBody } from "../request.js";

/** The view; its primary button goes on, if that is possible, or begins anew. */
export function stoppedView(app) {
  const { store } = app;
  const place = h("div.stack");
  const going = goingOn(app, app.imports);
  const log = runLog();
  let drawn = "";

  const resume = () => void going.resume(store.state.test ? targetBody(store.state, store.secrets()) : {});

  function anew() {
    app.follower.stop();
    app.follower.snapshot = null;
    store.set({ run: null, check: null });
    app.go("bundle");
  }

  function update({ snapshot, events, problem }) {
    log.show(events);
    const key = JSON.stringify([snapshot?.state, snapshot?.error, problem?.message, Boolean(store.state.test)]);
    if (key === drawn || !snapshot) return;
    drawn = key;
    const { error, resumable } = snapshot;
    fill(
      place,
      problem ? note("warn", `${problem.message}.`, problem.hint) : null,
      error ? note("bad", `${sentence(error.message)}.`, sentence(error.hint)) : null,
      facts(snapshot),
      resumable ? howOn(snapshot) : null,
    );
  }

  function howOn({ server, error }) {
    const { test } = store.state;
    const isRefused = SIGN_IN.has(error?.code);
    const isElsewhere = leadsElsewhere(store.state);
    const from = test
      ? `Goes on to ${targetName(store.state)} with the connection of step 2${isRefused ? ", unless you change it there" : ""}.`
      : `The credentials are gone. If ${server || "the target"} wants some, test the connection again first.`;
    const drop = going.dropButton("Give up", "Give up, what was sent stays there");
    const to = test && !isRefused && !isElsewhere ? null : h("a.btn.btn-sm#to-target", { href: "#/target" }, "To the target");
    return h(
      "div.stack",
      null,
      isElsewhere ? elsewhere(server) : note("info", "It is written down what the target has.", from),
      h("div.row", null, to, drop, button("Set up another import", anew, "quiet sm")),
    );
  }

  function elsewhere(server) {
    const there = `Step 2 is about ${targetName(store.state)}: what ${server} has already is not sent there.`;
    return note("warn", `This import was begun with ${server}.`, there);
  }

  function primary() {
    const { snapshot } = app.follower;
    if (!snapshot) return null;
    if (!snapshot.resumable) return { words: "Set up another import", act: anew, plain: snapshot.state !== "failed" };
    const isRefused = !store.state.test && SIGN_IN.has(snapshot.error?.code);
    const missing = isRefused ? { why: "The connection has to be tested again first", focus: "to-target" } : null;
    return { words: leadsElsewhere(store.state) ? `Resume at ${targetName(store.state)}` : "Resume", act: resume, missing };
  }

  return {
    root: h("div", null, place, going.failure, log.root),
    update,
    primary,
    words: (state) => (primary()?.missing ? undefined : state.run?.words),
  };
}

function facts({ file_name: name, server, samples, expected_samples: all, elapsed_s: elapsed }) {
  const rows = [
    ["File", name],
    ["Target", server],
    ["Samples sent", samples ? `${count(samples)}${all ? ` of ${count(all)}` : ""}` : ""],
    ["Time taken", elapsed ? span(elapsed * 1000) : ""],
  ];
  return runFacts("This import", rows);
}
