// Auto, light or dark: the one thing this page remembers beyond the tab.

import { h } from "./dom.js";

const KEY = "vmexporter-theme";
const THEMES = [
  ["", "Auto"],
  ["light", "Light"],
  ["dark", "Dark"],
];

function chosen() {
  try {
    const kept = localStorage.getItem(KEY) ?? "";
    return THEMES.some(([id]) => id === kept) ? kept : "";
  } catch {
    return ""; // a browser that keeps nothing shows what the system wants
  }
}

/** Show the theme that was chosen, here and when another tab chooses. */
export function applyTheme() {
  const theme = chosen();
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  document.dispatchEvent(new Event("themechange"));
}

/** Call *listener* whenever the colours change, by choice or by the system, until *signal* says stop. */
export function onTheme(listener, signal) {
  document.addEventListener("themechange", listener, { signal });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", listener, { signal });
}

/** The switch at the foot of the rail. */
export function themeSwitch() {
  const pick = (id) => {
    try {
      localStorage.setItem(KEY, id);
    } catch {
      document.documentElement.dataset.theme = id;
    }
    applyTheme();
  };
  const options = THEMES.map(([id, name]) =>
    h(
      "label",
      null,
      h("input", { type: "radio", name: "theme", checked: id === chosen(), onchange: () => pick(id) }),
      h("span", null, name),
    ),
  );
  return h("fieldset.seg.seg-sm.calm.theme", { "aria-label": "Theme" }, options);
}

addEventListener("storage", ({ key }) => key === KEY && applyTheme());
