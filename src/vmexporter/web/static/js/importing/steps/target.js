// Step 2 of an import: where it goes, who asks, and a test that sends nothing.

import { fill, h } from "../../dom.js";
import { addressField } from "../../parts/addressfield.js";
import { connectionTest } from "../../parts/connectiontest.js";
import { onEnter } from "../../parts/field.js";
import { furtherFields } from "../../parts/furtherfields.js";
import { signIn } from "../../parts/signin.js";
import { targetName } from "../course.js";
import { insertField } from "../parts/insertfield.js";
import { recentTargets } from "../parts/recenttargets.js";
import { kept, targetFound } from "../parts/targetfound.js";
import { targetBody } from "../request.js";

/** The words at the top. */
export const head = () => ({
  title: "Target",
  lead: "A single node, a cluster or a vmagent, in any form of address. The test sends an empty body: nothing is stored.",
});

/** Show the step. */
export function mount(root, app, signal) {
  const { store } = app;
  const change = (values = {}) => {
    store.changeConnection(values);
    test.invalidate();
  };
  const secret = (name, value) => {
    store.setSecret(name, value);
    change();
  };
  const address = addressField(app, signal, change);
  const insert = insertField(store, change);
  const further = furtherFields(store, change, secret);
  const sign = signIn(store, change, secret);
  const recent = recentTargets(app, signal, take);
  const test = connectionTest(app, signal, {
    stages: ["address", "insert", "api", "facts"],
    server: () => targetName(store.state),
    ask: (stop) =>
      app.imports.test({ ...targetBody(store.state, store.secrets()), format: store.state.sound?.form }, stop),
    keep: kept,
    found: targetFound,
    isComplete: () => sign.isComplete(),
    failed: (error) => [address, insert, sign, further].some((part) => part.blame(error)),
    passed: (result) => {
      further.offerTenants(result.tenants ?? []);
      void recent.load();
    },
  });
  function take({ url, insert_url: insertUrl, tenant }) {
    address.set(url);
    insert.set(insertUrl);
    further.setTenant(tenant);
    if (tenant) further.root.open = true;
    change({ tenant });
  }

  const fields = h("div.fields", null, insert.root, sign.root, further.root);
  const form = h(
    "form.fields",
    onEnter(() => void test.run()),
    address.root,
    h("div.split", null, fields, test.root),
    recent.root,
  );
  fill(root, form);
  void recent.load();
}
