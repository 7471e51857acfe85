// Who asks: nobody, a user with a password, a token, or a header. The secrets go to the store's memory only.

import { fill, h } from "../dom.js";
import { field, segmentedField } from "./field.js";

const WAYS = [
  ["none", "None"],
  ["basic", "Basic"],
  ["bearer", "Bearer"],
  ["header", "Header"],
];
const KEPT = "Kept in memory until the export ends. Never written, logged or put into the bundle.";

/** The control and the fields that it asks for. */
export function signIn(store, change, secret) {
  const { connection } = store.state;
  const place = h("div");
  let fields = {};
  const { root: choice } = segmentedField(
    {
      name: "auth",
      label: "Sign-in",
      options: WAYS,
      value: connection.auth,
      pick(auth) {
        change({ auth });
        show(auth);
      },
    },
    "",
  );
  const text = (id, label, key, props = {}) =>
    field({
      id,
      label,
      value: store.state.connection[key],
      oninput(event) {
        change({ [key]: event.target.value });
        fields[id].say();
      },
      ...props,
    });
  const hidden = (id, label, key) =>
    field({
      id,
      label,
      type: "password",
      value: store.secrets()[key],
      autocomplete: "new-password",
      oninput: (event) => {
        secret(key, event.target.value);
        fields[id].say();
      },
    });
  const make = {
    none: () => ({}),
    basic: () => ({
      user: text("user", "User name", "username"),
      password: hidden("password", "Password", "password"),
    }),
    bearer: () => ({ token: hidden("token", "Token", "token") }),
    header: () => ({
      "header-name": text("header-name", "Header", "header", { placeholder: "X-Api-Key" }),
      "header-value": hidden("header-value", "Value", "header"),
    }),
  };

  function show(auth) {
    fields = make[auth]();
    const roots = Object.values(fields).map((each) => each.root);
    place.hidden = !roots.length;
    fill(place, roots.length > 1 ? h("div.g2", null, roots) : roots, h("p.hint.mts", null, KEPT));
  }

  show(connection.auth);
  return {
    root: h("div.fields", null, choice, place),
    /** Whether all is there that the chosen way needs; what is not is shown at its field. */
    isComplete() {
      const { auth, username, header } = store.state.connection;
      const lacks = {
        basic: !username.trim() && ["user", "A user name is needed"],
        bearer: !store.secrets().token && ["token", "A token is needed"],
        header: !header.trim() && ["header-name", "The header’s name is needed"],
      }[auth];
      if (!lacks) return true;
      fields[lacks[0]].say("bad", lacks[1]);
      fields[lacks[0]].input.focus();
      return false;
    },
    /** Whether the error is about the sign-in; if so it is shown at the secret. */
    blame(error) {
      const isRefused = [401, 403].includes(error.status) || error.code === "access_denied";
      const secretField = fields.password ?? fields.token ?? fields["header-value"];
      const named = { username: fields.user, password: fields.password, token: fields.token }[
        (error.field ?? "").split(".").at(-1)
      ];
      if (named) named.say("bad", error.message);
      else if (isRefused && secretField) secretField.say("bad", "Refused by the server");
      return Boolean(named ?? (isRefused && secretField));
    },
  };
}
