// What few connections need: a tenant, certificates, further headers. Folded away until one of them is set.

import { button, fill, h, note } from "../dom.js";
import { field, tick } from "./field.js";

const FILES = [
  ["ca_file", "CA certificate", "System’s own"],
  ["client_cert", "Client certificate", "None"],
  ["client_key", "Its key", "In the same file"],
];

/** The fields; *change* and *secret* are told of each edit. */
export function furtherFields(store, change, secret) {
  const { connection } = store.state;
  const tenants = h("datalist#tenants");
  const edit = (key) => (event) => change({ [key]: event.target.value });
  const tenant = field({
    id: "tenant",
    label: "Tenant",
    placeholder: "From the address",
    list: "tenants",
    value: connection.tenant,
    oninput: edit("tenant"),
  });
  tenant.root.append(tenants);
  const files = FILES.map(([key, label, placeholder]) =>
    field({
      id: key.replace("_", "-"),
      label,
      placeholder,
      value: connection[key],
      hint: key === "ca_file" ? "Path of a PEM file on this machine" : "",
      oninput: edit(key),
    }),
  );
  const warning = h("div");
  const insecure = tick(
    "Skip certificate verification",
    "Anyone between you and the server could then read the password",
    {
      id: "insecure",
      checked: connection.insecure,
      onchange(event) {
        change({ insecure: event.target.checked });
        warn();
      },
    },
  );
  const headers = headerRows(store, change, secret);
  const isUsed =
    connection.tenant || connection.insecure || connection.headers.length || FILES.some(([key]) => connection[key]);
  const details = h(
    "details.more",
    { open: Boolean(isUsed) },
    h("summary", null, "Tenant, TLS and extra headers"),
    h(
      "div.fields",
      null,
      h("div.g2", null, tenant.root, ...files.map((each) => each.root)),
      insecure,
      warning,
      headers,
    ),
  );
  const warn = () =>
    fill(
      warning,
      store.state.connection.insecure
        ? note("warn", "Certificate verification is off.", "Whoever answers is believed to be your server.")
        : null,
    );
  warning.setAttribute("role", "status");
  warn();
  return {
    root: details,
    setTenant: (value) => (tenant.input.value = value),
    offerTenants: (names) =>
      fill(
        tenants,
        names.slice(0, 200).map((name) => h("option", { value: name })),
      ),
    blame(error) {
      const name = (error.field ?? "").split(".").at(-1);
      const at = FILES.findIndex(([key]) => key === name);
      const blamed = name === "tenant" ? tenant : files[at];
      if (!blamed) return false;
      details.open = true;
      blamed.say("bad", error.message);
      return true;
    },
  };
}

function headerRows(store, change, secret) {
  const list = h("div.stack-s");
  const values = () => [...store.secrets().headers];
  const add = button(
    "Add a header",
    () => {
      change({ headers: [...store.state.connection.headers, ""] });
      show();
      list.querySelector(".g2:last-of-type input")?.focus();
    },
    "sm",
    { class: "start" },
  );

  function row(name, place) {
    const header = field({
      id: `name-${place}`,
      label: "Header",
      value: name,
      placeholder: "X-Scope-OrgID",
      oninput(event) {
        change({ headers: store.state.connection.headers.map((old, at) => (at === place ? event.target.value : old)) });
      },
    });
    const value = field({
      id: `value-${place}`,
      label: "Value",
      type: "password",
      autocomplete: "new-password",
      value: values()[place] ?? "",
      oninput(event) {
        const all = values();
        all[place] = event.target.value;
        secret("headers", all);
      },
      after: button(
        "Remove",
        () => {
          store.setSecret(
            "headers",
            values().filter((_, at) => at !== place),
          );
          change({ headers: store.state.connection.headers.filter((_, at) => at !== place) });
          show();
          add.focus();
        },
        "",
        { "aria-label": `Remove header ${name}` },
      ),
    });
    return h("div.g2", null, header.root, value.root);
  }

  const show = () => fill(list, store.state.connection.headers.map(row), add);
  show();
  return list;
}
