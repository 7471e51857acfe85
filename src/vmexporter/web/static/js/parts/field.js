// Fields with a label above and one line below: a hint, or what is wrong.

import { attribute, fill, h } from "../dom.js";

/**
 * One text field. ``say(kind, ...words)`` sets the line below: kind is "hint", "ok" or "bad"; nothing said brings the
 * hint back. *props* go to the input.
 */
export function field({ id, label, optional = false, hint = "", after = null, tag = "input", ...props }) {
  const line = h("p.hint", { id: `${id}-m`, "aria-live": "polite" }, hint);
  line.hidden = !hint;
  const input = h(`${tag}.input`, {
    id,
    autocomplete: "off",
    spellcheck: "false",
    autocapitalize: "off",
    "aria-describedby": `${id}-m`,
    ...props,
  });
  const box = after ? h("div.join", null, input, after) : input;
  const root = h(
    "div.field",
    null,
    h("label", { htmlFor: id }, label, optional ? [" ", h("span.opt", null, "(optional)")] : null),
    box,
    line,
  );
  let said = "";
  const say = (kind, ...words) => {
    const key = kind + words.map((word) => word?.textContent ?? word).join("");
    if (key === said) return;
    said = key;
    line.className = { ok: "msg is-ok", bad: "msg is-bad" }[kind] ?? "hint";
    fill(line, ...(kind === "ok" || kind === "bad" ? [h("span", null, words)] : words.length ? words : [hint]));
    line.hidden = !line.textContent;
    attribute(input, "aria-invalid", kind === "bad" ? "true" : null);
  };
  return { root, input, say };
}

/** A segmented control: two to five choices of which one holds. *options* are [value, words]. */
export function segmented({ name, label, options, value, pick, kind = "" }) {
  return h(
    "fieldset.seg",
    { "aria-label": label, class: kind },
    options.map(([id, words]) =>
      h(
        "label",
        null,
        h("input", { type: "radio", name, value: id, checked: id === value, onchange: () => pick(id) }),
        h("span", null, words),
      ),
    ),
  );
}

/** A segmented control with its label above and a hint below. */
export function segmentedField(options, hint) {
  const line = h("p.hint", null, hint);
  line.hidden = !hint;
  const root = h(
    "div.field",
    null,
    h("span.label", { "aria-hidden": "true" }, options.label),
    segmented(options),
    line,
  );
  return { root, line };
}

/** A tick with its words; *more* stands below them. */
export function tick(words, more, props) {
  return h(
    "label.tick",
    null,
    h("input.check", { type: "checkbox", ...props }),
    h("span", null, words, more ? h("small", null, more) : null),
  );
}

/** Call *act* when *wait* ms have passed since the last call; ``now()`` does it at once, ``stop()`` never. */
export function debounce(act, wait = 300) {
  let timer = 0;
  const later = (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...args), wait);
  };
  later.now = (...args) => {
    clearTimeout(timer);
    return act(...args);
  };
  later.stop = () => clearTimeout(timer);
  return later;
}

/** What a form does when Enter is pressed in one of its fields, without a button for it. */
export function onEnter(act) {
  return {
    onsubmit: (event) => event.preventDefault(),
    onkeydown(event) {
      if (event.key !== "Enter" || event.target.tagName !== "INPUT" || event.isComposing) return;
      event.preventDefault();
      act?.();
    },
  };
}
