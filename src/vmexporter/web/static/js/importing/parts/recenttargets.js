// Targets that were imported to lately, without credentials: to take one again, to delete it, to keep none.

import { button, fill, h } from "../../dom.js";
import { tick } from "../../parts/field.js";

/** The list; *take* is told of one: ``{url, insert_url, tenant}``. */
export function recentTargets(app, signal, take) {
  const root = h("section", { "aria-labelledby": "recent", hidden: true });

  async function load() {
    const answer = await app.imports.targets(signal).catch(() => null);
    if (signal.aborted || !answer) return;
    show(answer);
  }

  function show({ targets, remember }) {
    root.hidden = !targets.length && remember;
    const keep = tick("Remember addresses", "On this machine, for this user. Never a user name, password or token", {
      id: "remember",
      checked: remember,
      onchange: async (event) =>
        show(await app.imports.rememberTargets(event.target.checked).catch(() => ({ targets, remember }))),
    });
    fill(
      root,
      h("h2#recent", null, "Imported to before"),
      h("ul.rows.mts", null, targets.map(row)),
      h("div.mts", null, keep),
    );
  }

  function row({ id, ...target }) {
    const words = named(target);
    return h(
      "li",
      null,
      h("p.mono", null, words),
      button("Forget", () => void app.imports.forgetTarget(id).then(show, load), "quiet sm", {
        "aria-label": `Forget ${words}`,
      }),
      button("Take", () => take(target), "sm", { "aria-label": `Take ${words}` }),
    );
  }

  return { root, load };
}

function named({ url, insert_url: insert, tenant }) {
  return [url, insert ? `sends to ${insert}` : "", tenant ? `tenant ${tenant}` : ""].filter(Boolean).join(", ");
}
