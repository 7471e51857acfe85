// What is wrong with the map of an earlier bundle: it is told at the field that it was given in. Pure.

const FIELDS = { map: "map", map_passphrase: "passphrase" };

/** {field: id of the input, why}, or null where *error* is about something else. */
export function mapProblem({ field, code, message }) {
  const id = FIELDS[field] ?? (code === "bundle_damaged" ? "map" : null); // of all files only the map is read here
  return id && { field: id, why: message };
}
