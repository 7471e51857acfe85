// The state of the import wizard, and what of it names a file.

import { noConnection } from "../store.js";

/** The state of an import that nobody has touched. */
export function initialState() {
  return {
    furthest: 0,
    source: null, // {upload or path, name, bytes}
    sound: null, // what the check of that file told
    force: false, // take what is sound of a damaged one
    connection: noConnection(),
    insert_url: "", // without credentials, as the other address
    test: null,
    options: noOptions(),
    check: null, // {key, result}: the last preflight and what it was made for
    run: null,
  };
}

/** Options that change nothing, as they are typed. */
export function noOptions() {
  return { shift: "none", start_at: "", by: "", extra: "", drop: "", off: [], from: "", to: "" };
}

/** The file as the API wants it. */
export function sourceBody({ source }) {
  return source.upload ? { upload: source.upload } : { path: source.path };
}

/** What is lost when another file is taken: all that was found out about the one before. */
export function otherFile(source) {
  return { source, sound: null, force: false, check: null, options: noOptions() };
}
