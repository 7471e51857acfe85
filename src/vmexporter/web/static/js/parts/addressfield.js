// The address, with what it was understood as while it is typed, and a table of all that can be pasted.

import { fill, h } from "../dom.js";
import { publicUrl } from "../request.js";
import { debounce, field } from "./field.js";

const FORMS = [
  ["vmsingle:8428", "single node"],
  ["https://metrics.example/prometheus", "single node behind a prefix"],
  ["vmselect:8481", "cluster, tenant 0 is tried"],
  ["vmselect:8481/select/5:7/prometheus", "cluster, tenant 5:7"],
  ["vmselect:8481/select/5/vmui/", "copied from vmui"],
  ["vmselect:8481/select/multitenant", "all tenants of a cluster"],
  ["http://vmselect:8481/select/0/prometheus/api/v1/query?query=up", "copied from a request"],
  ["https://vmauth.example", "through vmauth, which knows the rest"],
  ["https://vmauth.example/1011", "through vmauth, tenant in the path"],
  ["vmselect.monitoring.svc.cluster.local:8481", "a service in Kubernetes"],
  [
    "https://grafana.example/api/datasources/proxy/uid/abc",
    "through Grafana: with a service account’s token as Bearer",
  ],
  ["[fd83:7a11::5]:8428", "IPv6"],
];

/** The field and its help; *change* is told of each edit. */
export function addressField(app, signal, change) {
  const { store } = app;
  let asked = new AbortController();
  let wrong = null;
  const input = field({
    id: "url",
    label: "Address",
    hint: "What it is understood as shows here while you type", // so nothing below moves when it does
    class: "mono",
    inputmode: "url",
    placeholder: "https://vmselect.example:8481",
    oninput: typed,
    onblur: left,
  });
  input.input.value = store.secrets().url || store.state.connection.url;
  const check = debounce(ask, 300);
  signal.addEventListener("abort", () => {
    check.stop();
    asked.abort();
  });

  function typed() {
    const { value } = input.input;
    const isPublic = publicUrl(value) === value;
    store.setSecret("url", isPublic ? "" : value);
    change({ url: publicUrl(value) });
    wrong = null;
    if (!value.trim()) input.say();
    check();
  }

  async function ask() {
    const { value } = input.input;
    asked.abort();
    if (!value.trim()) return;
    asked = new AbortController();
    const mine = asked;
    try {
      const answer = await app.api.address(value, mine.signal);
      if (!mine.signal.aborted) input.say("ok", ...understood(answer));
    } catch (error) {
      if (mine.signal.aborted) return;
      wrong = error;
      if (document.activeElement !== input.input) showWrong();
      else input.say();
    }
  }

  async function left() {
    if (wrong) showWrong();
    else if (input.input.value.trim()) await check.now();
  }

  function showWrong() {
    input.say("bad", wrong.message, wrong.hint ? `. ${wrong.hint}` : "");
  }

  if (input.input.value) void ask();
  return {
    root: h("div.stack-s", null, input.root, help()),
    set(url) {
      input.input.value = url;
      typed();
    },
    blame(error) {
      if (error.field !== "url") return false;
      wrong = error;
      showWrong();
      return true;
    },
  };
}

function understood({ base, tenant, also_tried: others = [], has_credentials: hides }) {
  const origin = /^[a-z]+:\/\/[^/]*/i.exec(base)?.[0] ?? ""; // what is behind it is what was understood
  const code = (text) => h("code", null, (text.startsWith(origin) ? text.slice(origin.length) : text) || "/");
  const words = ["Understood as base ", code(base), tenant ? `, tenant ${tenant}` : ", no tenant"];
  others.forEach((other, place) =>
    words.push(place === 0 ? ". Then " : place === others.length - 1 ? " and " : ", ", code(other)),
  );
  if (others.length) words.push(others.length === 1 ? " is tried" : " are tried");
  if (hides) words.push(". Credentials in it stay in memory");
  return words;
}

function help() {
  const body = h("tbody");
  const details = h(
    "details.more",
    {
      ontoggle() {
        if (!body.childNodes.length)
          fill(
            body,
            FORMS.map(([form, meaning]) => h("tr", null, h("td", null, h("code", null, form)), h("td", null, meaning))),
          );
      },
    },
    h("summary", null, "What can be pasted here"),
    h(
      "div",
      null,
      h(
        "table.tbl.forms",
        null,
        h("thead", null, h("tr", null, h("th", { scope: "col" }, "Form"), h("th", { scope: "col" }, "Understood as"))),
        body,
      ),
      h(
        "p.hint.mts",
        null,
        "Grafana: copy the number or uid of the data source out of the address of its settings. ",
        "The likely bases are tried one after the other, and the test shows each attempt.",
      ),
    ),
  );
  return details;
}
