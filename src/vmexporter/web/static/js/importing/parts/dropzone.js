// Where a file is dropped or chosen; it is streamed to vmexporter's folder, with progress and a way to give up.

import { attribute, button, fill, h, note } from "../../dom.js";
import { bytes } from "../../format.js";

const KINDS = "A .zip of vmexporter or vmgather, .jsonl or .jsonl.gz. Streamed to disk, never held in memory.";

/** The zone; *taken* is told of the upload when all of it is there. */
export function dropZone(app, signal, taken) {
  const input = h("input", {
    type: "file",
    id: "file",
    class: "vh",
    tabindex: "-1",
    "aria-hidden": "true",
    onchange: () => input.files[0] && void send(input.files[0]),
  });
  const words = h("b");
  const more = h("p.small.muted");
  const choose = button("choose a file", () => input.click(), "sm", { id: "choose" });
  const line = h("p", null, words, ", or ", choose);
  const bar = h("div.meter", { role: "progressbar", "aria-label": "Upload", "aria-valuemin": 0, "aria-valuemax": 100 });
  const fillBar = h("i");
  bar.append(fillBar);
  const giveUp = button("Stop the upload", () => sending?.abort(), "sm");
  const going = h(
    "div.stack-s.wide-box",
    { hidden: true },
    h("p", { role: "status" }),
    bar,
    h("div.row", null, giveUp),
  );
  const failure = h("div.wide-box");
  const zone = h(
    "div.drop",
    { ondragover: over, ondragenter: over, ondragleave: left, ondrop: dropped },
    line,
    more,
    input,
    going,
    failure,
  );
  let sending = null;
  signal.addEventListener("abort", () => sending?.abort());

  function idle() {
    zone.classList.remove("is-over");
    words.textContent = app.store.state.source ? "Drop another bundle here" : "Drop a bundle here";
    more.textContent = KINDS;
  }

  function over(event) {
    event.preventDefault();
    if (sending || !event.dataTransfer?.types.includes("Files")) return;
    event.dataTransfer.dropEffect = "copy";
    zone.classList.add("is-over");
    words.textContent = "Let go to read it";
  }

  function left(event) {
    if (!zone.contains(event.relatedTarget)) idle();
  }

  function dropped(event) {
    event.preventDefault();
    idle();
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 1) fill(failure, note("warn", "One file at a time.", "The first one was not taken either."));
    else if (files.length) void send(files[0]);
  }

  async function send(file) {
    if (sending) return;
    sending = new AbortController();
    const mine = sending;
    fill(failure);
    show(file, 0);
    try {
      taken(await app.imports.upload(file, (sent) => show(file, sent), mine.signal));
    } catch (error) {
      if (signal.aborted) return;
      if (error.name === "AbortError") fill(failure, note("info", "The upload was stopped.", "Nothing of it is kept."));
      else if (!("status" in error)) throw error;
      else fill(failure, note("bad", `${error.message}.`, await why(error, file)));
    } finally {
      sending = null;
      input.value = "";
      if (!signal.aborted) done();
    }
  }

  /** A server that refuses a body while it comes in closes the connection, and its words are lost on the way. */
  async function why(error, file) {
    if (error.status) return error.hint;
    const { room_bytes: room } = await app.imports.sources().catch(() => ({}));
    return room !== undefined && file.size >= room
      ? `There is room for ${bytes(room)} in the output folder`
      : error.hint;
  }

  function show(file, sent) {
    const percent = file.size ? Math.floor((sent / file.size) * 100) : 0;
    attribute(line, "hidden", "");
    attribute(more, "hidden", "");
    going.hidden = false;
    const told = sent < file.size ? `${bytes(sent)} of ${bytes(file.size)} of ${file.name}` : `Reading ${file.name}`;
    if (going.firstChild.textContent !== told) going.firstChild.textContent = told;
    attribute(bar, "aria-valuenow", percent);
    fillBar.style.inlineSize = `${percent}%`;
  }

  function done() {
    attribute(line, "hidden", null);
    attribute(more, "hidden", null);
    going.hidden = true;
    idle();
  }

  idle();
  return { root: h("section", { "aria-label": "A file of yours" }, zone) };
}
