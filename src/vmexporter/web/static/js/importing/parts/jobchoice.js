// Which jobs of the bundle are imported: all, unless some are unticked.

import { button, fill, h } from "../../dom.js";
import { plural } from "../../format.js";
import { tick } from "../../parts/field.js";

/** The list, folded away; *change* is told of each edit. */
export function jobChoice(store, change) {
  const summary = h("summary");
  const list = h("div.stack-s.scroll.tall", { role: "group", "aria-label": "Jobs", tabindex: "0" });
  const line = h("p.msg.is-bad", { hidden: true, "aria-live": "polite" });
  const root = h(
    "details.more#jobs",
    { tabindex: "-1", open: store.state.options.off.length > 0 },
    summary,
    h("div.stack-s", null, list, line),
  );
  let drawn = "";

  function draw(names) {
    const { off } = store.state.options;
    const all = button("All", () => change({ off: [] }), "quiet sm");
    const none = button("None", () => change({ off: names }), "quiet sm");
    fill(
      list,
      names.map((job) =>
        tick(job || "(no job)", null, {
          checked: !off.includes(job),
          onchange(event) {
            const { off: now } = store.state.options;
            change({ off: event.target.checked ? now.filter((name) => name !== job) : [...now, job] });
          },
        }),
      ),
      h("div.row", null, all, none),
    );
  }

  return {
    root,
    show(error) {
      const names = store.state.check?.jobs ?? [];
      const { off } = store.state.options;
      root.hidden = names.length < 2;
      summary.textContent = off.length
        ? `${names.length - off.length} of ${plural(names.length, "job")}`
        : `All ${plural(names.length, "job")}`;
      line.textContent = error;
      line.hidden = !error;
      const key = JSON.stringify([names, off]);
      if (key === drawn) return;
      const at = [...list.querySelectorAll("input")].indexOf(document.activeElement);
      drawn = key;
      draw(names);
      list.querySelectorAll("input")[at]?.focus();
    },
  };
}
