// The state → the bodies of the API's requests. The one place that puts secrets into anything.

/** An address without user, password, arguments and fragment: fit to be kept and shown. */
export function publicUrl(text) {
  const withoutUser = text.includes("@") ? text.replace(/^\s*([a-z][a-z0-9+.-]*:\/\/)?.*@/is, "$1") : text;
  return withoutUser.replace(/[?#].*$/s, "");
}

/** Host and port of an address, for people. */
export function serverName(text) {
  return publicUrl(text)
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, "")
    .split("/")[0];
}

/** Whether two tenants are the same: a project that is not named is 0. */
export function isSameTenant(one, other) {
  const whole = (tenant) => (tenant.includes(":") ? tenant : `${tenant}:0`);
  return whole(one) === whole(other);
}

/** The address with another tenant where it names the tenant *old* in its path, or null where it does not. */
export function withTenant(url, old, tenant) {
  const [, head, path] = /^(\s*(?:[a-z][a-z0-9+.-]*:\/\/)?[^/]*)(.*)$/is.exec(url);
  const parts = path.split("/");
  const at = old ? parts.findIndex((part) => part && isSameTenant(part.replace("%3A", ":"), old)) : -1;
  if (at < 0) return null;
  parts[at] = tenant;
  return head + parts.join("/");
}

/** The connection as the API wants it. */
export function connectionBody(connection, secrets) {
  const { auth } = connection;
  const headers = connection.headers.map((name, place) => ({ name: name.trim(), value: secrets.headers[place] ?? "" }));
  if (auth === "header") headers.unshift({ name: connection.header.trim(), value: secrets.header });
  return {
    url: secrets.url || connection.url,
    auth: {
      type: auth === "header" ? "none" : auth,
      username: auth === "basic" ? connection.username : "",
      password: auth === "basic" ? secrets.password : "",
      token: auth === "bearer" ? secrets.token : "",
    },
    headers: headers.filter(({ name }) => name),
    tenant: connection.tenant.trim(),
    tls: {
      ca_file: connection.ca_file.trim(),
      client_cert: connection.client_cert.trim(),
      client_key: connection.client_key.trim(),
      insecure: connection.insecure,
    },
  };
}

/** The words of the field "words that must vanish", each once. */
export function ownWords(text) {
  return [
    ...new Set(
      text
        .split(/[,\n;]/)
        .map((word) => word.trim())
        .filter(Boolean),
    ),
  ];
}

/** Obfuscation as the API wants it. */
export function obfuscationBody({ level, own, words, one_way }) {
  const of = (action) => Object.keys(own).filter((label) => own[label] === action);
  const isOff = level === "none";
  return {
    level,
    keep_labels: isOff ? [] : of("keep"),
    map_labels: isOff ? [] : of("map"),
    drop_labels: of("drop"),
    words: isOff ? [] : ownWords(words),
    one_way: !isOff && one_way,
  };
}

/** The selection as the API wants it, whichever way it is made. */
export function selectionBody(state) {
  if (state.mode === "components") return { ...(state.selection.body ?? {}) };
  const { text, judged, step_ms, off } = state.query;
  if (judged?.kind === "expression") return { query: text, step_ms };
  const targets = chosenTargets(judged, off);
  return { selectors: [text], step_ms, ...(targets ? { targets } : {}) };
}

/** The targets left of a selector's, or null if none was taken out. */
export function chosenTargets(judged, off) {
  if (!off.length || !judged) return null;
  const all = judged.jobs.flatMap(({ job, instances }) => instances.map((instance) => ({ job, instance })));
  return all.filter((target) => !off.includes(JSON.stringify([target.job, target.instance])));
}

/** Connection and range: what discovery and the chart ask for. */
export function questionBody(state, secrets) {
  const { start_ms, end_ms } = state.range;
  return { connection: connectionBody(state.connection, secrets), time_range: { start_ms, end_ms } };
}

/** All of it: what sample, labels and the export itself ask for. */
export function exportBody(state, secrets) {
  const { map, level, one_way: isOneWay } = state.obfuscation;
  return {
    ...questionBody(state, secrets),
    selection: selectionBody(state),
    obfuscation: obfuscationBody(state.obfuscation),
    ...(map && level !== "none" && !isOneWay ? { map, map_passphrase: secrets.passphrase } : {}),
  };
}

/** What decides about the answers of step 4: another range or another test, other answers. */
export function questionKey(state) {
  return `${state.range.start_ms}-${state.range.end_ms}-${state.test?.id ?? ""}`;
}
