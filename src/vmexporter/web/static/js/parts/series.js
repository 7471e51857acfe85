// Series as text, as they are and as support will see them: the tint marks what was changed, a dashed line what is gone.

import { h } from "../dom.js";

/** ``name{a="b"} value`` with *mark*(label, value) → how the value's text is shown. */
function line(labels, value, mark) {
  const { __name__: name = "", ...rest } = labels;
  const parts = Object.entries(rest).flatMap(([label, text], place) => [
    place ? "," : "",
    mark.name(label),
    '="',
    mark.value(label, escaped(text)),
    '"',
  ]);
  return [name ? mark.value("__name__", name) : "", "{", parts, "} ", value];
}

function escaped(text) {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

const PLAIN = { name: (label) => label, value: (_label, text) => text };

/** One series as the server has it. */
export function seriesBefore({ before, value }) {
  return line(before, value, PLAIN);
}

/** The same as support will see it. */
export function seriesAfter({ before, after, value }) {
  return line(after, value, {
    name: (label) => (label in before ? label : h("span.out", null, label)),
    value: (label, text) => changed(text, escaped(before[label] ?? "") !== text),
  });
}

// The forms of pseudonyms: vmstorage-job-1, name-3, /dir-1, 777.777.1.3, 7777:7777::1:2, metric_4, team-2.
const MAPPED = /\b(?:name|dir|user|word|value|branch|label|metric|job)[-_]\d+|777\.777\.\d|7777:7777:|^[\w.]+-\d+$/;

/** One series of a finished bundle, whose original is not at hand: *mapped* are the labels that hold pseudonyms. */
export function seriesInBundle({ name, labels, value }, mapped) {
  return line({ __name__: name, ...labels }, value, {
    name: (label) => label,
    value: (label, text) => changed(text, mapped.includes(label) && MAPPED.test(text)),
  });
}

/** A value of the bundle: tinted where it was changed, dashed where a secret was. */
export function changed(text, isChanged) {
  const parts = text.split(/(<removed(?:-\d+)?>)/).filter(Boolean);
  const shown = parts.map((part, place) => (place % 2 || part.startsWith("<removed") ? h("i.gone", null, part) : part));
  return isChanged ? h("span.out", null, shown) : shown;
}
