// What lies there already: exports that run or were interrupted, and finished bundles.

import { button, fill, h, state } from "../dom.js";
import { bytes, plural } from "../format.js";
import { utcText } from "../ranges.js";
import { inspection } from "./inspection.js";

const SHOWN_BUNDLES = 5;
const OPEN = new Set(["running", "paused", "failed", "interrupted", "cancelled"]);

/** Fill *section* with what can be gone on with; it stays hidden if there is nothing. */
export async function fileList(section, app, signal) {
  const [{ runs }, { bundles }] = await Promise.all([
    app.api.runs(signal).catch(() => ({ runs: [] })),
    app.api.bundles(signal).catch(() => ({ bundles: [] })),
  ]);
  if (signal.aborted) return;
  const open = runs.filter((run) => OPEN.has(run.state) && (run.state === "running" || run.resumable));
  const newest = [...bundles].sort((one, other) => other.modified_ms - one.modified_ms);
  section.hidden = !open.length && !newest.length;
  const again = () => void fileList(section, app, signal);
  const list = h(
    "ul.rows.mts",
    null,
    open.map((run) => runRow(run, app, again)),
  );
  fill(section, h("h2#other", null, "Or go on with a file"), list);
  const bundleRows = newest.map((bundle) => bundleRow(bundle, app, signal));
  list.append(...bundleRows.slice(0, SHOWN_BUNDLES));
  if (bundleRows.length > SHOWN_BUNDLES) {
    const more = button(
      `Show ${plural(bundleRows.length - SHOWN_BUNDLES, "older bundle")}`,
      () => {
        list.append(...bundleRows.slice(SHOWN_BUNDLES));
        more.remove();
      },
      "quiet sm",
    );
    section.append(more);
  }
}

function runRow(run, app, again) {
  const isRunning = run.state === "running";
  const when = run.ended_ms ? `, stopped ${utcText(run.ended_ms).slice(0, 19).replace("T", " ")} UTC` : "";
  const windows = run.windows ? `, ${run.windows_done} of ${plural(run.windows, "window")}` : "";
  const name = isRunning ? "Running export" : run.state === "paused" ? "Paused export" : "Interrupted export";
  const adopt = () => app.go("export", `/${encodeURIComponent(run.id)}`);
  const row = h(
    "li",
    null,
    h("p", null, h("b", null, name), h("small", null, `${run.file_name}${windows}${isRunning ? "" : when}`)),
    isRunning ? null : forgetButton(run, app, again),
    button(isRunning ? "Show" : "Continue", adopt, "sm"),
  );
  return row;
}

/** Forgetting needs a second click on the same button; the file stays in any case. */
function forgetButton(run, app, again) {
  let asked = false;
  const forget = button(
    "Forget",
    async () => {
      if (!asked) {
        asked = true;
        forget.textContent = "Forget it, the file stays";
        return;
      }
      await app.api.forget(run.id).catch(() => null);
      again();
    },
    "quiet sm",
  );
  return forget;
}

function bundleRow(bundle, app, signal) {
  const details = h("div", { hidden: true, class: "rowfull" });
  const look = button(
    "Look inside",
    async () => {
      const isOpen = look.getAttribute("aria-expanded") === "true";
      look.setAttribute("aria-expanded", String(!isOpen));
      details.hidden = isOpen;
      if (isOpen || details.childNodes.length) return;
      fill(details, state("loading", "Checking the bundle"));
      try {
        fill(details, inspection(await app.api.inspect(bundle.path ?? bundle.name, signal)));
      } catch (error) {
        if (!signal.aborted) fill(details, state("error", error.message, error.hint));
      }
    },
    "sm",
    { "aria-expanded": "false" },
  );
  const when = utcText(bundle.modified_ms).slice(0, 16).replace("T", " ");
  return h(
    "li",
    null,
    h("p", null, h("b.mono", null, bundle.name), h("small", null, `${bytes(bundle.bytes)}, ${when} UTC`)),
    look,
    details,
  );
}
