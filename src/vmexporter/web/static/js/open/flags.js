// The flags that were set, by instance, those with another value than the default first to be seen.

import { h } from "../dom.js";
import { plural } from "../format.js";

/** A list to be opened; it is made when it is. */
export function flagList(rows) {
  const some = rows.filter(({ flags }) => flags.length);
  const total = some.reduce((sum, { flags }) => sum + flags.filter((flag) => !flag.is_default).length, 0);
  const inside = h("div.stack-s");
  const open = () => {
    if (inside.childElementCount) return;
    for (const { component, instance, flags } of some) {
      inside.append(h("h3", null, `${component} ${instance}`), h("ul.flags", null, flags.map(one)));
    }
  };
  const words = `${plural(total, "flag")} set to other than the default`;
  return h("details.more", { ontoggle: open }, h("summary", null, words), inside);
}

function one({ name, value, is_default: isDefault }) {
  return h("li", { class: isDefault ? "soft" : "" }, `-${name}=${value}`, isDefault ? " (the default)" : null);
}
