// Step 1 of an import: the file, dropped, chosen or found in the output folder, and whether it is sound.

import { fill, h } from "../../dom.js";
import { utcRange } from "../../ranges.js";
import { dropZone } from "../parts/dropzone.js";
import { fileChoice } from "../parts/filechoice.js";
import { runChoice } from "../parts/runchoice.js";
import { soundness } from "../parts/soundness.js";
import { otherFile } from "../state.js";

/** The words at the top. */
export const head = () => ({
  title: "Import a bundle",
  lead: "Four steps. The file is checked before anything is asked of a server, and nothing is sent before you say so.",
});

/** Show the step. */
export function mount(root, app, signal) {
  const { store } = app;
  const sound = soundness(app, signal);
  const files = fileChoice(app, signal, take);
  const drop = dropZone(app, signal, (uploaded) => {
    take({ upload: uploaded.id, name: uploaded.name, bytes: uploaded.bytes });
    void files.load();
  });
  const runs = h("section", { "aria-labelledby": "open-runs", hidden: true });
  fill(root, h("div.stack-l", null, drop.root, sound.root, runs, files.root));

  function take(source) {
    if (store.state.run) {
      app.follower.stop();
      app.follower.snapshot = null;
    }
    store.set({ ...otherFile(source), run: null });
    files.mark();
    void sound.check();
  }

  void files.load();
  void runChoice(runs, app, signal);
  if (store.state.source && !store.state.sound) void sound.check();
  return { words: ({ sound: found }) => (found?.first_ms ? utcRange(found.first_ms, found.last_ms) : undefined) };
}
