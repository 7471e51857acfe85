// Before the start: what will be written, where, and how much of it.

import { fill, h, note } from "../dom.js";
import { bytes } from "../format.js";
import { exportBody } from "../request.js";
import { bundleBytes } from "../sizes.js";
import { debounce, field, onEnter } from "./field.js";
import { formChoice, hasForms } from "./formchoice.js";
import { summary } from "./summary.js";
import { windowField, windowMs } from "./windowfield.js";

/** The view; its primary button starts the export. */
export function readyView(app, signal) {
  const { store } = app;
  const name = field({
    id: "fn",
    label: "File name",
    class: "mono",
    value: store.state.output.file_name,
    oninput: typed,
  });
  const folder = field({
    id: "dir",
    label: "Folder",
    class: "mono",
    value: store.state.output.folder,
    placeholder: app.config.output_folder,
    oninput: typed,
  });
  const failure = h("div");
  const later = debounce(() => void check(), 300);
  let problem = null;
  let starting = false;
  let running = new AbortController();
  signal.addEventListener("abort", () => {
    later.stop();
    running.abort();
  });

  function typed() {
    store.set({ output: { file_name: name.input.value.trim(), folder: folder.input.value.trim() } });
    later();
  }

  const form = () => (hasForms(store.state) ? store.state.form : "jsonl");

  const noWindow = () =>
    windowMs(store.state.window) === null ? { why: "The window is no span of time", focus: "window" } : null;

  async function check() {
    running.abort();
    running = new AbortController();
    const mine = running;
    try {
      const place = await app.api.destination(store.state.output, mine.signal);
      if (mine.signal.aborted) return;
      problem = place.writable ? null : { why: "The folder cannot be written to", focus: "dir" };
      if (!name.input.value.trim()) {
        name.input.value = place.file_name;
        store.patch("output", { file_name: place.file_name });
      }
      name.say("hint", sizeWords(store.state, form()));
      folder.say(
        place.writable ? "ok" : "bad",
        place.writable ? `Writable, ${bytes(place.free_bytes)} free` : "Not writable",
      );
    } catch (error) {
      if (mine.signal.aborted || !("status" in error)) return;
      const blamed = error.field === "folder" ? folder : name;
      problem = { why: "The bundle needs a place", focus: blamed.input.id };
      blamed.say("bad", error.message);
    }
    app.refresh();
  }

  async function start() {
    if (starting) return;
    starting = true;
    app.refresh();
    try {
      const place = { ...store.state.output, format: form(), window_ms: windowMs(store.state.window) };
      const snapshot = await app.api.start({ ...exportBody(store.state, store.secrets()), ...place });
      app.follower.watch(snapshot.id, snapshot);
    } catch (error) {
      if (!("status" in error)) throw error;
      if (error.field === "file_name" || error.field === "folder")
        (error.field === "folder" ? folder : name).say("bad", error.message);
      fill(failure, note("bad", `${error.message}.`, error.hint));
      failure.firstChild.scrollIntoView({ block: "nearest" });
    } finally {
      starting = false;
      app.refresh();
    }
  }

  const isOff = store.state.obfuscation.level === "none";
  const root = h(
    "div.stack-l",
    null,
    summary(store.state),
    h(
      "form.g2",
      onEnter(() => problem ?? noWindow() ?? void start()),
      name.root,
      folder.root,
    ),
    h(
      "div.g2",
      null,
      hasForms(store.state)
        ? formChoice(form(), (value) => {
            store.set({ form: value });
            name.say("hint", sizeWords(store.state, value));
          })
        : null,
      windowField(store.state.window, (window) => {
        store.set({ window });
        app.refresh();
      }),
    ),
    isOff
      ? note(
          "warn",
          "This bundle is not obfuscated.",
          "Support will see your addresses, host names and jobs. Secrets are removed all the same.",
        )
      : note(
          "info",
          "The ZIP is checked before it gets its name.",
          "It is opened again and searched for every private value. One hit, and there is no ZIP.",
        ),
    failure,
  );
  void check();
  return {
    root,
    primary: () => ({
      words: starting ? "Starting" : "Start export",
      missing: starting ? { why: "Starting", focus: "main" } : (problem ?? noWindow()),
      act: () => void start(),
    }),
  };
}

function sizeWords(state, form) {
  const size = bundleBytes(state, form);
  return size ? `About ${bytes(size)}` : "Its size shows while it is written";
}
