// An export that does not run: paused, interrupted, failed or cancelled; why, and how it goes on.

import { button, fill, h, note } from "../dom.js";
import { bytes, count, plural, sentence, span } from "../format.js";
import { utcRange } from "../ranges.js";
import { connectionBody, serverName } from "../request.js";
import { field } from "./field.js";
import { goingOn, runFacts, SIGN_IN } from "./goingon.js";
import { runLog } from "./runlog.js";

/** The view; its primary button goes on, if that is possible, or begins anew. */
export function stoppedView(app) {
  const { store } = app;
  const place = h("div.stack");
  const going = goingOn(app, app.api);
  const log = runLog();
  const passphrase = field({
    id: "run-passphrase",
    label: "Passphrase of the map",
    type: "password",
    autocomplete: "new-password",
    oninput() {
      passphrase.say();
      app.refresh();
    },
  });
  let drawn = "";

  function resume() {
    const body = store.state.test ? { connection: connectionBody(store.state.connection, store.secrets()) } : {};
    if (passphrase.input.value) body.map_passphrase = passphrase.input.value;
    void going.resume(body);
  }

  function anew() {
    app.follower.stop();
    store.set({ run: null, output: { file_name: "", folder: store.state.output.folder } });
    app.follower.snapshot = null;
    history.replaceState(null, "", "#/export");
  }

  function update({ snapshot, events, problem }) {
    log.show(events);
    const key = JSON.stringify([snapshot?.state, snapshot?.error, problem?.message, Boolean(store.state.test)]);
    if (key === drawn || !snapshot) return;
    drawn = key;
    const { state, error, resumable } = snapshot;
    const isLocked = snapshot.needs_passphrase && error?.field === "passphrase"; // that is told at its field
    fill(
      place,
      problem ? note("warn", `${problem.message}.`, problem.hint) : null,
      error && !isLocked ? note("bad", `${sentence(error.message)}.`, sentence(error.hint)) : null,
      facts(snapshot),
      resumable && state !== "cancelled" ? howOn(snapshot) : null,
    );
    if (!isLocked) return;
    passphrase.say("bad", sentence(error.message));
    passphrase.input.focus();
  }

  function howOn(snapshot) {
    const { test, connection } = store.state;
    const isRefused = SIGN_IN.has(snapshot.error?.code);
    const from = test
      ? `Reads on from ${serverName(connection.url)} with the connection of step 3${isRefused ? ", unless you change it there" : ""}.`
      : `The credentials are gone. If ${snapshot.server || "the server"} wants some, test the connection again first.`;
    return h(
      "div.stack",
      null,
      note("info", `${plural(snapshot.windows_done, "window")} of ${snapshot.windows || "unknown"} kept.`, from),
      snapshot.needs_passphrase ? passphrase.root : null,
      h(
        "div.row",
        null,
        test && !isRefused ? null : h("a.btn.btn-sm#to-connection", { href: "#/connection" }, "To the connection"),
        going.dropButton("Discard", "Discard, and delete what was written"),
        button("Set up another export", anew, "quiet sm"),
      ),
    );
  }

  function primary() {
    const { snapshot } = app.follower;
    if (!snapshot) return null;
    if (!snapshot.resumable || snapshot.state === "cancelled")
      return { words: "Set up another export", act: anew, plain: snapshot.state !== "failed" };
    const needs =
      !store.state.test && SIGN_IN.has(snapshot.error?.code)
        ? { why: "The connection has to be tested again first", focus: "to-connection" }
        : null;
    const locked =
      snapshot.needs_passphrase && !passphrase.input.value
        ? { why: "The map’s passphrase is needed", focus: "run-passphrase" }
        : null;
    return { words: "Resume", act: resume, missing: needs ?? locked };
  }

  return {
    root: h("div", null, place, going.failure, log.root),
    update,
    primary,
    words: (state) => (primary()?.missing ? undefined : state.run?.words),
  };
}

function facts({
  file_name: name,
  folder,
  time_range: range,
  server,
  windows_done: done,
  windows,
  samples,
  bundle_bytes: size,
  elapsed_s: elapsed,
}) {
  const rows = [
    ["File", folder && !name.includes("/") ? `${folder}/${name}` : name],
    ["Server", server],
    ["Range", range ? utcRange(range.start_ms, range.end_ms) : ""],
    ["Windows", windows ? `${done} of ${windows}` : ""],
    ["Samples", samples ? count(samples) : ""],
    ["Written", size ? bytes(size) : ""],
    ["Time taken", elapsed ? span(elapsed * 1000) : ""],
  ];
  return runFacts("This export", rows);
}
