// h() is the only way in which this page makes elements: text goes in as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = new Set(["svg", "path", "rect", "circle", "g"]);

/**
 * One element: h("p.hint#id", {onclick, class, hidden, "aria-label", style: {left: "4px"}}, child, "text", [more]).
 * A property that is false, null or undefined is left out; null and false among the children too.
 */
export function h(what, props, ...children) {
  const [, tag, rest] = /^([a-z0-9]+)(.*)$/.exec(what);
  const element = SVG_TAGS.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const part of rest.match(/[.#][^.#]+/g) ?? []) {
    if (part[0] === "#") element.id = part.slice(1);
    else element.classList.add(part.slice(1));
  }
  for (const [name, value] of Object.entries(props ?? {})) set(element, name, value);
  add(element, children);
  return element;
}

function set(element, name, value) {
  if (value === false || value === null || value === undefined) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "class") element.classList.add(...value.split(" ").filter(Boolean));
  else if (name === "style") for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
  else if (PROPERTIES.has(name)) element[name] = value;
  else element.setAttribute(name, value === true ? "" : String(value));
}

const PROPERTIES = new Set(["value", "checked", "indeterminate", "disabled", "open", "htmlFor"]);

function add(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

/** Put *children* in the place of all that *element* holds. */
export function fill(element, ...children) {
  element.replaceChildren();
  add(element, children);
  return element;
}

/** Set or take away one attribute. */
export function attribute(element, name, value) {
  if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, String(value));
}

const ICONS = {
  swap: "M2.5 5.5h10M10 3l2.5 2.5L10 8M13.5 10.5h-10M6 8l-2.5 2.5L6 13",
  eye: "M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8zM8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 1 0 0-3.6z",
  ban: "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 1 0 8 1.8zM3.7 3.7l8.6 8.6",
  warn: "M8 2.2 14.3 13.4H1.7zM8 6.4v3.2M8 11.6v.1",
  info: "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 1 0 8 1.8zM8 7.3v3.6M8 5v.1",
  ok: "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 1 0 8 1.8zM5.4 8.2l1.8 1.8 3.4-3.7",
  bad: "M5.4 1.8h5.2l3.6 3.6v5.2l-3.6 3.6H5.4l-3.6-3.6V5.4zM8 5v3.6M8 11v.1",
  search: "M7 2.7a4.3 4.3 0 1 0 0 8.6 4.3 4.3 0 1 0 0-8.6zM10.2 10.2l3.3 3.3",
  lock: "M3 7h10v6.8H3zM5.2 7V5a2.8 2.8 0 0 1 5.6 0v2",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  down: "M8 2.5v8M4.8 7.6 8 10.8l3.2-3.2M2.5 13.5h11",
};

/** A drawn icon; what it means is said in words beside it. */
export function icon(name) {
  return h("svg.i", { viewBox: "0 0 16 16", "aria-hidden": "true" }, h("path", { d: ICONS[name] }));
}

/** A notice: *kind* is info, ok, warn or bad; *fact* in bold, then what it means or what to do. */
export function note(kind, fact, more, ...buttons) {
  const body = h("div", null, h("p", null, h("b", null, fact), more ? [" ", more] : null));
  if (buttons.length) body.append(h("p.row", null, buttons));
  return h("div.note", { "data-kind": kind, role: kind === "bad" ? "alert" : null }, icon(kind), body);
}

/** What stands in the place of missing content: *kind* is empty, loading or error. */
export function state(kind, fact, more, ...buttons) {
  const role = { error: "alert", loading: "status" }[kind];
  return h(
    "div.state",
    { role, "aria-busy": kind === "loading" ? "true" : null },
    h("b", null, fact),
    more ? h("span", null, more) : null,
    buttons.length ? h("div.row", null, buttons) : null,
  );
}

/** A button; *kind* is "", primary, quiet or danger, and may end in " sm". */
export function button(words, act, kind = "", props = {}) {
  const classes = kind
    .split(" ")
    .filter(Boolean)
    .map((part) => `btn-${part}`)
    .join(" ");
  return h("button.btn", { type: "button", onclick: act, ...props, class: `${classes} ${props.class ?? ""}` }, words);
}
