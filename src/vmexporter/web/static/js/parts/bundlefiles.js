// The two files of an export, never of equal look: the one to send, and the one to keep.

import { button, fill, h, icon, state as stateBox } from "../dom.js";
import { bytes, fileName, folderOf } from "../format.js";
import { copyButton } from "./copybutton.js";
import { inspection } from "./inspection.js";

/** The bundle: a solid edge, the one blue button, and its digest. */
export function toSend(app, signal, { archive_path: path, bundle_bytes: size, sha256, checksum_path: checksum }) {
  const details = h("div", { hidden: true });
  const look = button(
    "Look inside",
    async () => {
      const open = details.hidden;
      details.hidden = !open;
      look.setAttribute("aria-expanded", String(open));
      if (!open || details.childNodes.length) return;
      fill(details, stateBox("loading", "Checking the bundle"));
      try {
        fill(details, inspection({ ...(await app.api.inspect(path, signal)), sha256: "" }));
      } catch (error) {
        if (!signal.aborted) fill(details, stateBox("error", error.message, error.hint));
      }
    },
    "",
    { "aria-expanded": "false" },
  );
  const digest = h(
    "code",
    { "aria-labelledby": "sha", tabindex: "-1" },
    sha256.match(/.{1,16}/g)?.flatMap((part) => [part, h("wbr")]),
  );
  return h(
    "section.panel.bare.send",
    { "aria-labelledby": "f1" },
    h("header", null, h("h2#f1", null, "Send to support"), h("span.muted.small.push", null, bytes(size))),
    h(
      "div.body.stack",
      null,
      h("p.fname", null, fileName(path)),
      h(
        "div.row",
        null,
        h(
          "a.btn.btn-primary",
          { href: app.api.download(path), download: fileName(path) },
          icon("down"),
          "Download bundle",
        ),
        look,
      ),
      details,
      h("div.sum", null, h("span#sha", null, "SHA-256"), digest, copyButton(sha256, digest, "Copy SHA-256")),
      h("p.small.muted", null, `Saved in ${folderOf(path)}`, checksum ? ", with a .sha256 file beside it" : ""),
    ),
  );
}

/** The map: a dashed edge, and why it stays. */
export function toKeep(app, { map_path: path, manifest }) {
  const head = h("header", null, h("h2#f2", null, icon("lock"), " Keep, never send"));
  const words = path
    ? "Turns every pseudonym back into its original. With it you can read support’s answer, and so can anyone else who has it."
    : manifest.obfuscated
      ? "No map was kept, as you chose. Nobody can turn the pseudonyms back."
      : "Without obfuscation there are no pseudonyms, and no map.";
  return h(
    "section.panel.bare.stay",
    { "aria-labelledby": "f2" },
    head,
    h(
      "div.body.stack",
      null,
      path ? h("p.fname", { title: fileName(path) }, shortened(fileName(path))) : null,
      h("p.small.soft", null, words),
      path
        ? h(
            "div.row",
            null,
            h("a.btn", { href: app.api.download(path, true), download: fileName(path) }, icon("down"), "Download map"),
          )
        : null,
    ),
  );
}

/** The end of a long name tells it from others: …p7x2cd.obfuscation_map.json */
function shortened(name) {
  return name.length > 34 ? `…${name.slice(name.lastIndexOf("-") + 1)}` : name;
}
