// Where data is taken in, if that is not where queries are answered: a cluster's vminsert.

import { field } from "../../parts/field.js";
import { publicUrl } from "../../request.js";

/** The field; *change* is told of each edit. */
export function insertField(store, change) {
  const box = field({
    id: "insert-url",
    label: "Separate address to send to",
    optional: true,
    class: "mono",
    inputmode: "url",
    placeholder: "http://vminsert.example:8480",
    hint: "For a cluster without vmauth: its vminsert. The address above is then its vmselect",
    oninput: typed,
  });

  function typed() {
    const { value } = box.input;
    const isPublic = publicUrl(value) === value;
    store.setSecret("insert_url", isPublic ? "" : value);
    store.set({ insert_url: publicUrl(value) });
    box.say();
    change();
  }

  box.input.value = store.secrets().insert_url || store.state.insert_url;
  return {
    root: box.root,
    set(url) {
      box.input.value = url;
      typed();
    },
    blame(error) {
      if (error.field !== "insert_url") return false;
      box.say("bad", error.message, error.hint ? `. ${error.hint}` : "");
      return true;
    },
  };
}
