// The page's only way to the server: JSON in, JSON out, one kind of error.

import { sentence } from "./format.js";

/** An error with the server's own words: code, hint, field, status; ``stages`` where a connection test has some. */
export class ApiError extends Error {
  constructor(status, { code = "failed", message = "", hint = "", field = "" }, more = {}) {
    super(sentence(message) || `The server answered ${status}`);
    Object.assign(this, { status, code, hint: sentence(hint), field: field ?? "", stages: more.stages ?? [] });
  }
}

/** What is said when nobody answers. */
export const STOPPED = {
  code: "stopped",
  message: "Cannot reach vmexporter on this machine: it may have been stopped",
  hint: "Start it again and open the address that it prints",
};
/** What is said to a page that is not let in. */
export const STALE = {
  code: "stale",
  message: "Cannot go on here: this page has no key to vmexporter, or the one of an earlier start",
  hint: "Open the address that vmexporter printed",
};

async function request(method, path, body, signal) {
  const options = {
    method,
    signal,
    credentials: "same-origin",
    cache: "no-store",
    headers: { Accept: "application/json" },
  };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  try {
    return await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, STOPPED);
  }
}

async function failure(response) {
  const answer = await response.json().catch(() => ({}));
  if (response.status === 401 && isGuards(answer)) return new ApiError(401, STALE);
  const given = answer.error && typeof answer.error === "object" ? answer.error : {};
  return new ApiError(response.status, given, answer);
}

function isGuards({ error }) {
  return !error || ["unauthorized", "forbidden", "token_missing", "not_authorized"].includes(error.code);
}

async function call(method, path, body, signal) {
  const response = await request(method, path, body, signal);
  if (!response.ok) throw await failure(response);
  return response.status === 204 ? null : response.json();
}

/** Read an answer of JSON lines as they come. */
async function* lines(path, body, signal) {
  const response = await request("POST", path, body, signal);
  if (!response.ok) throw await failure(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read().catch(() => {
      signal?.throwIfAborted();
      throw new ApiError(0, STOPPED);
    });
    const parts = (rest + (value ?? "")).split("\n");
    rest = done ? "" : parts.pop();
    for (const part of parts) if (part.trim()) yield JSON.parse(part);
    if (done) return;
  }
}

const run = (id, tail = "") => `api/runs/${encodeURIComponent(id)}${tail}`;

export const api = {
  config: (signal) => call("GET", "api/config", undefined, signal),
  address: (url, signal) => call("POST", "api/address", { url }, signal),
  validate: (body, signal) => lines("api/validate?stream=1", body, signal),
  discover: (body, signal) => call("POST", "api/discover", body, signal),
  chart: (body, signal) => call("POST", "api/chart", body, signal),
  sample: (body, signal) => call("POST", "api/sample", body, signal),
  labels: (body, signal) => call("POST", "api/labels", body, signal),
  judge: (body, signal) => call("POST", "api/validate-query", body, signal),
  bundles: (signal) => call("GET", "api/bundles", undefined, signal),
  destination: (body, signal) => call("POST", "api/destination", body, signal),
  inspect: (path, signal) => call("POST", "api/inspect", { path }, signal),
  opened: (signal) => call("GET", "api/opened", undefined, signal),
  overview: (body, signal) => call("POST", "api/overview", body, signal),
  draw: (body, signal) => call("POST", "api/draw", body, signal),
  findings: (body, signal) => call("POST", "api/findings", body, signal),
  runs: (signal) => call("GET", "api/runs", undefined, signal),
  start: (body, signal) => call("POST", "api/runs", body, signal),
  run: (id, signal) => call("GET", run(id), undefined, signal),
  events: (id, after, signal) => call("GET", run(id, `/events?after=${after}`), undefined, signal),
  pause: (id) => call("POST", run(id, "/pause"), {}),
  cancel: (id) => call("POST", run(id, "/cancel"), {}),
  resume: (id, body) => call("POST", run(id, "/resume"), body),
  forget: (id) => call("DELETE", run(id)),
  download: (path, isMap) => `api/download?path=${encodeURIComponent(path)}${isMap ? "&map=1" : ""}`,
};

const started = (id, tail = "") => `api/imports/${encodeURIComponent(id)}${tail}`;
const survey = (id, tail = "") => `api/preflights/${encodeURIComponent(id)}${tail}`;

/** What the import wizard asks beside that; its runs by the same names. */
export const importApi = {
  upload,
  sources: (signal) => call("GET", "api/sources", undefined, signal),
  removeUpload: (id) => call("DELETE", `api/uploads/${encodeURIComponent(id)}`),
  check: (body, signal) => call("POST", "api/sources", body, signal),
  address: (url, signal) => call("POST", "api/targets/address", { url }, signal),
  test: (body, signal) => lines("api/targets/test?stream=1", body, signal),
  targets: (signal) => call("GET", "api/targets", undefined, signal),
  forgetTarget: (id) => call("DELETE", `api/targets/${encodeURIComponent(id)}`),
  rememberTargets: (isOn) => call("POST", "api/targets", { remember: isOn }),
  preflight: (body) => call("POST", "api/preflights", body),
  preflightOf: (id, signal) => call("GET", survey(id), undefined, signal),
  endPreflight: (id) => call("DELETE", survey(id)),
  runs: (signal) => call("GET", "api/imports", undefined, signal),
  start: (body, signal) => call("POST", "api/imports", body, signal),
  run: (id, signal) => call("GET", started(id), undefined, signal),
  events: (id, after, signal) => call("GET", started(id, `/events?after=${after}`), undefined, signal),
  pause: (id) => call("POST", started(id, "/pause"), {}),
  cancel: (id) => call("POST", started(id, "/cancel"), {}),
  resume: (id, body) => call("POST", started(id, "/resume"), body),
  forget: (id) => call("DELETE", started(id)),
};

/** Stream *file* to the server; *progress* is told how many bytes have gone. XMLHttpRequest, since fetch does not tell. */
function upload(file, progress, signal) {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open("POST", `api/uploads?name=${encodeURIComponent(file.name)}`);
    sending.setRequestHeader("Content-Type", "application/octet-stream");
    sending.upload.addEventListener("progress", ({ loaded }) => progress(loaded));
    sending.addEventListener("load", () => {
      const answer = parsed(sending.responseText);
      if (sending.status === 201) resolve(answer);
      else if (sending.status === 401 && isGuards(answer)) reject(new ApiError(401, STALE));
      else reject(new ApiError(sending.status, answer.error ?? {}));
    });
    sending.addEventListener("error", () => reject(new ApiError(0, STOPPED)));
    sending.addEventListener("abort", () => reject(new DOMException("Given up", "AbortError")));
    signal.addEventListener("abort", () => sending.abort());
    sending.send(file);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
