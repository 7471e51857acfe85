// How much of the range is asked for at once: chosen by vmexporter, unless somebody knows better.

import { field } from "./field.js";

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const HINT = "The most that is asked for at once: 15m, 1h. Empty: chosen by vmexporter";

/** Milliseconds of ``15m``, ``1h30m``, ``300s``; 0 for nothing, null for what is no span. */
export function windowMs(text) {
  const plain = text.trim().toLowerCase().replaceAll(" ", "");
  if (!plain) return 0;
  if (!/^(\d+[smhd])+$/.test(plain)) return null;
  const parts = [...plain.matchAll(/(\d+)([smhd])/g)];
  const sum = parts.reduce((ms, [, number, unit]) => ms + Number(number) * UNITS[unit], 0);
  return sum > 0 ? sum : null;
}

/** The field; *change* is told of each edit. */
export function windowField(text, change) {
  const box = field({
    id: "window",
    label: "Window",
    optional: true,
    class: "mono",
    value: text,
    hint: HINT,
    oninput() {
      const isSpan = windowMs(box.input.value) !== null;
      box.say(...(isSpan ? [] : ["bad", "No span of time: write 15m, 1h or 300s"]));
      change(box.input.value.trim());
    },
  });
  return box.root;
}
