// What can be changed before an import: times, labels, jobs. Wrong is said at the field, right is asked at once.

import { fill, h } from "../../dom.js";
import { exact } from "../../format.js";
import { field, segmentedField } from "../../parts/field.js";
import { parseOptions } from "../request.js";
import { jobChoice } from "./jobchoice.js";

const SHIFTS = [
  ["none", "None"],
  ["end", "End at now"],
  ["start", "Start at"],
  ["by", "By"],
];
const SHIFT_HINT = "Added to every timestamp alike; distances stay exact";

/** The fields; *changed* is told of each edit. ``show`` brings them up to date, ``take`` sets some. */
export function optionFields(app, signal, changed) {
  const { store } = app;
  const text = (id, key, props) => {
    const box = field({
      id,
      class: "mono",
      value: store.state.options[key],
      oninput: () => change({ [key]: box.input.value }),
      onblur: () => show(true),
      ...props,
    });
    return box;
  };
  const boxes = {
    "shift-start": text("shift-start", "start_at", {
      label: "First sample at (UTC)",
      hint: "2026-11-23 10:00:00, now-6h or a Unix time",
    }),
    "shift-by": text("shift-by", "by", { label: "Move by", hint: "7d, -1h30m or 500ms" }),
    extra: text("extra", "extra", {
      label: "Extra label",
      hint: "Every series gets it; several with commas between",
      placeholder: 'bundle="case-4711"',
    }),
    drop: text("drop", "drop", { label: "Drop labels", optional: true, placeholder: "datacenter, pod" }),
    "range-from": text("range-from", "from", { label: "From (UTC)", hint: "Empty: from the beginning" }),
    "range-to": text("range-to", "to", { label: "To (UTC)", hint: "Empty: to the end" }),
  };
  const { root: shifts } = segmentedField(
    {
      name: "shift",
      label: "Shift in time",
      options: SHIFTS,
      value: store.state.options.shift,
      pick: (shift) => take({ shift }),
    },
    SHIFT_HINT,
  );
  const jobs = jobChoice(store, change);
  const range = h(
    "details.more",
    { open: Boolean(store.state.options.from || store.state.options.to) },
    h("summary", null, "Only a part of the time"),
    h("div.g2", null, boxes["range-from"].root, boxes["range-to"].root),
  );
  const root = h(
    "form.fields",
    { onsubmit: (event) => event.preventDefault(), "aria-label": "Adjust" },
    h("div.stack-s", null, shifts, boxes["shift-start"].root, boxes["shift-by"].root),
    boxes.extra.root,
    boxes.drop.root,
    range,
    jobs.root,
  );

  function change(values) {
    store.patch("options", values);
    changed();
  }

  function take(values) {
    change(values);
    const chosen = root.querySelector(`[name="shift"][value="${store.state.options.shift}"]`);
    chosen.checked = true;
    const box = { start: "shift-start", by: "shift-by" }[values.shift];
    if (box) boxes[box].input.focus();
  }

  /** Wrong only after leaving the field, or at once if *isLeft*; right at once. */
  function show(isLeft = false) {
    const { options, check } = store.state;
    const { error, field: wrong } = parseOptions(store.state, app.nowMs());
    boxes["shift-start"].root.hidden = options.shift !== "start";
    boxes["shift-by"].root.hidden = options.shift !== "by";
    for (const [id, box] of Object.entries(boxes)) {
      if (id === wrong && (isLeft || document.activeElement !== box.input) && box.input.value.trim())
        box.say("bad", error);
      else if (id === "drop" && !error && options.drop.trim() && check?.result?.merged_series)
        box.say("bad", mergeWords(options, check.result));
      else box.say();
    }
    jobs.show(error && wrong === "jobs" ? error : "");
  }

  fill(root.querySelector("label[for=extra]"), "Extra label ", h("span.opt", null, "(keeps cases apart)"));
  show();
  return { root, show, take };
}

function mergeWords({ drop }, { series, merged_series: fewer }) {
  return `Cannot drop ${drop.trim()}: ${exact(series + fewer)} series would merge into ${exact(series)}`;
}
