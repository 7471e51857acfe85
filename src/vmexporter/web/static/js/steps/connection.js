// Step 3: where the server is, who asks, and a test that shows what really happens.

import { fill, h } from "../dom.js";
import { addressField } from "../parts/addressfield.js";
import { onEnter } from "../parts/field.js";
import { connectionTest } from "../parts/connectiontest.js";
import { furtherFields } from "../parts/furtherfields.js";
import { found, kept } from "../parts/testfound.js";
import { connectionBody, serverName, withTenant } from "../request.js";
import { signIn } from "../parts/signin.js";

/** The words at the top. */
export const head = () => ({
  title: "Connection",
  lead: "The address of a single node, a vmselect or a vmauth, in any form you have at hand.",
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
  const further = furtherFields(store, change, secret);
  const sign = signIn(store, change, secret);
  const test = connectionTest(app, signal, {
    stages: ["address", "network", "tls", "api", "auth", "tenant", "export"],
    server: () => serverName(store.state.connection.url),
    ask: (stop) => app.api.validate({ connection: connectionBody(store.state.connection, store.secrets()) }, stop),
    keep: kept,
    found: (result) => found(result, useTenant),
    isComplete: () => sign.isComplete(),
    failed: (error) => [address, sign, further].some((part) => part.blame(error)),
    passed: (result) => further.offerTenants(result.tenants ?? []),
  });
  fill(
    root,
    h(
      "form.fields",
      onEnter(() => void test.run()),
      address.root,
      h("div.split", null, h("div.fields", null, sign.root, further.root), test.root),
    ),
  );

  function useTenant(tenant) {
    const typed = store.secrets().url || store.state.connection.url;
    const url = withTenant(typed, store.state.test?.tenant ?? "", tenant);
    if (url) address.set(url);
    further.setTenant(url ? "" : tenant);
    change({ tenant: url ? "" : tenant });
    void test.run();
  }
}
