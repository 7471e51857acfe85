// Level, own words, and the map of an earlier bundle.

import { fill, h } from "../dom.js";
import { plural } from "../format.js";
import { ownWords } from "../request.js";
import { missing } from "../wizard.js";
import { field, onEnter, segmentedField, tick } from "./field.js";

const LEVELS = [
  ["support", "Support"],
  ["strict", "Strict"],
  ["none", "Off"],
];
const HINTS = {
  support: "Versions and topology stay readable",
  strict: "Locations, environments and kernels are mapped too",
  none: "Only secrets are removed",
};

/** The three fields; *change* is told of each edit. */
export function levelChoice(app, signal, change) {
  const { store } = app;
  const { obfuscation } = store.state;
  const level = segmentedField(
    {
      name: "level",
      label: "Level",
      options: LEVELS,
      value: obfuscation.level,
      pick(value) {
        change({ level: value });
        show();
      },
    },
    "",
  );
  const words = field({
    id: "words",
    label: "Words that must vanish",
    optional: true,
    placeholder: "acme, project-heron",
    value: obfuscation.words,
    oninput() {
      change({ words: words.input.value });
      show();
    },
    onblur: () => show(true),
  });
  const maps = h("datalist#maps");
  const map = field({
    id: "map",
    label: "Reuse a map",
    optional: true,
    placeholder: "None: new pseudonyms",
    hint: "Keeps the pseudonyms of an earlier bundle",
    list: "maps",
    value: obfuscation.map,
    onchange() {
      change({ map: map.input.value.trim(), problem: null });
      show();
    },
  });
  map.root.append(maps);
  const passphrase = field({
    id: "passphrase",
    label: "Passphrase of the map",
    optional: true,
    type: "password",
    autocomplete: "new-password",
    value: store.secrets().passphrase,
    onchange() {
      store.setSecret("passphrase", passphrase.input.value);
      change({ problem: null });
    },
  });
  const oneWay = tick("Keep no map", "Then nobody can turn the pseudonyms back, you neither", {
    id: "one-way",
    checked: obfuscation.one_way,
    onchange(event) {
      change({ one_way: event.target.checked });
      show();
    },
  });

  function show(isLeft = false) {
    const { level: chosen, map: path, one_way: isOneWay } = store.state.obfuscation;
    level.line.textContent = HINTS[chosen];
    level.line.hidden = false;
    const isOff = chosen === "none";
    for (const part of [words.input, map.input]) part.disabled = isOff;
    map.input.disabled = isOff || isOneWay;
    oneWay.hidden = isOff;
    passphrase.root.hidden = isOff || !path || isOneWay;
    const lacks = missing("obfuscation", store.state);
    const given = ownWords(words.input.value);
    if (lacks && isLeft) words.say("bad", lacks.why);
    else
      words.say(
        "hint",
        isOff
          ? "Not while obfuscation is off"
          : given.length
            ? `${plural(given.length, "word")}, in any case and place`
            : "Names of customers or projects, with commas",
      );
  }

  /** The server has the last word on the map and its passphrase. */
  function blame({ obfuscation: { problem } }) {
    for (const part of [map, passphrase]) {
      if (problem?.field === part.input.id && !part.input.disabled) part.say("bad", problem.why);
      else part.say();
    }
  }

  show(true);
  blame(store.state);
  store.on(blame, signal);
  void app.api.bundles(signal).then(
    ({ maps: known = [] }) =>
      fill(
        maps,
        known.map(({ path, name }) => h("option", { value: path ?? name }, name)),
      ),
    () => null,
  );
  return {
    root: h(
      "form.setup",
      onEnter(() => document.activeElement.blur()),
      level.root,
      words.root,
      h("div.fields", null, map.root, passphrase.root, oneWay),
    ),
  };
}
