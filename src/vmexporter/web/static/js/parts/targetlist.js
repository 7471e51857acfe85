// The jobs and instances that a selector finds, each with a tick.

import { button, fill, h } from "../dom.js";
import { plural } from "../format.js";

const OPEN_UP_TO = 12;

/** The list; what is not ticked is kept in the store's query. */
export function targetList(judged, store) {
  const keyOf = (job, instance) => JSON.stringify([job, instance]);
  const all = judged.jobs.flatMap(({ job, instances }) => instances.map((instance) => keyOf(job, instance)));
  const list = h("ul.targets");
  const words = h("span.small.soft", { role: "status" });
  const set = (off) => {
    store.patch("query", { off });
    draw();
  };

  function draw() {
    const off = new Set(store.state.query.off);
    words.textContent = `${all.length - off.size} of ${plural(all.length, "target")}`;
    for (const box of list.querySelectorAll("input")) {
      const keys = JSON.parse(box.value);
      const left = keys.filter((key) => !off.has(key)).length;
      box.checked = left === keys.length;
      box.indeterminate = left > 0 && left < keys.length;
    }
  }

  function box(name, keys, more) {
    const input = h("input.check", {
      type: "checkbox",
      value: JSON.stringify(keys),
      onchange() {
        const rest = store.state.query.off.filter((key) => !keys.includes(key));
        set(input.checked ? rest : [...rest, ...keys]);
      },
    });
    return h("label.tick", null, input, h("span", null, name, more ? h("small", null, more) : null));
  }

  fill(
    list,
    judged.jobs.map(({ job, instances, series }) =>
      h(
        "li",
        null,
        box(
          job || "(no job)",
          instances.map((instance) => keyOf(job, instance)),
          plural(series, "series", "series"),
        ),
        h(
          "details.more",
          { open: all.length <= OPEN_UP_TO },
          h("summary", null, plural(instances.length, "instance")),
          h(
            "ul",
            null,
            instances.map((instance) =>
              h("li", null, box(h("span.mono", null, instance || "(no instance)"), [keyOf(job, instance)])),
            ),
          ),
        ),
      ),
    ),
  );
  draw();
  return h(
    "div.ruled",
    { "aria-label": plural(all.length, "target"), role: "group" },
    h(
      "div.targetbar.row",
      null,
      words,
      h(
        "span.push.acts",
        null,
        button("All", () => set([]), "sm", { id: "tick-all" }),
        button("None", () => set(all), "sm"),
      ),
    ),
    list,
  );
}
