// Copies a text, and says whether that worked; where it is forbidden, the text is marked for the keys.

import { button, fill, h, icon } from "../dom.js";

const SHOWN_MS = 2000;

/** The button; *shown* is the element that shows *text*. */
export function copyButton(text, shown, label) {
  const said = h("span", null, "Copy");
  const copy = button(
    [icon("copy"), said],
    async () => {
      try {
        await navigator.clipboard.writeText(text);
        fill(said, "Copied");
      } catch {
        getSelection().selectAllChildren(shown);
        fill(said, "Marked: press Ctrl+C");
      }
      setTimeout(() => fill(said, "Copy"), SHOWN_MS);
    },
    "quiet sm",
    { "aria-label": label, "aria-live": "polite" },
  );
  return copy;
}
