// What the rows of the label table are, and how many of each kind. Pure.

/** The kinds by which the table can be narrowed. */
export const KINDS = [
  ["all", "All"],
  ["map", "Mapped"],
  ["keep", "Kept"],
  ["drop", "Dropped"],
  ["removed", "Removed"],
];

const REMOVED = /^<removed(?:-\d+)?>$/;

/** Whether all that was found of a row are secrets: then there is nothing to decide. */
export function isAlwaysRemoved({ examples, action }) {
  return action !== "drop" && examples.length > 0 && examples.every(([, after]) => REMOVED.test(after ?? ""));
}

/** map, keep, drop or removed. */
export function kindOf(row) {
  return isAlwaysRemoved(row) ? "removed" : row.action;
}

/** How many rows there are of each kind, and of the kinds by the names that the bar uses. */
export function countsOf(rows) {
  const counts = { all: rows.length, map: 0, keep: 0, drop: 0, removed: 0 };
  for (const row of rows) counts[kindOf(row)] += 1;
  return { ...counts, mapped: counts.map, kept: counts.keep, dropped: counts.drop };
}

/** Whether *text* stands in the label, its metric or one of its examples. */
export function fitsFilter({ label, label_after: after, metric, examples }, text) {
  const wanted = text.trim().toLowerCase();
  return (
    !wanted || [label, after, metric, ...examples.flat()].some((words) => (words ?? "").toLowerCase().includes(wanted))
  );
}

const FIRST = ["instance", "job"];

/** The order in which rows are shown: targets, then what changes, then what stays. */
export function orderOf(rows) {
  const rank = ({ label, action }) =>
    FIRST.includes(label) ? FIRST.indexOf(label) : action === "keep" ? FIRST.length + 1 : FIRST.length;
  const idOf = ({ label, metric }) => `${label} ${metric}`;
  const placed = rows
    .map((row, at) => ({ id: idOf(row), at, rank: rank(row) }))
    .sort((one, other) => one.rank - other.rank || one.at - other.at);
  const places = new Map(placed.map(({ id }, at) => [id, at]));
  return (row) => places.get(idOf(row)) ?? placed.length;
}

const KIND_WORDS = {
  host_port: "Address; port kept",
  host: "Host, part by part",
  ip: "Address",
  listen_addr: "Address; port kept",
  job_name: "Name; component kept",
  fs_path: "Folder; depth kept",
  config_path: "Folder; depth kept",
  rule_file: "File; depth kept",
  fs_path_with_url_fingerprint: "Folder; depth kept",
  url: "URL, part by part",
  url_with_credentials: "URL; secrets removed",
  remote_write_url: "URL; secrets removed",
  bucket_url: "URL, part by part",
  tenant_id: "Tenant",
  username: "User",
  flag_value: "Flag, by its type",
  custom_label: "Private",
  kernel_release: "Kernel",
  build_path: "Path of the build",
  build_version_may_hold_private_branch: "Version; own branches mapped",
  k8s_pod: "Pod; its parts kept apart",
  rule_fingerprint: "Fingerprint",
  username_or_token_fingerprint: "Fingerprint",
};

/** The server's reason in the words of this table. */
export function whyWords(why) {
  return why
    .split("; else ")
    .map((part, at) => {
      const [, kind] = /^([a-z0-9_]+) \(.*\)$/s.exec(part) ?? [];
      const words = kind
        ? (KIND_WORDS[kind] ?? kind.replace(/^k8s_/, "").replaceAll("_", " "))
        : (FIXED[part] ?? part.replace(/^public: /, ""));
      const start = at
        ? /^[A-Z]{2}/.test(words)
          ? words
          : words[0].toLowerCase() + words.slice(1)
        : words[0].toUpperCase() + words.slice(1);
      return at ? `else: ${start}` : start;
    })
    .join("; ");
}

const FIXED = {
  "no table knows this label: private": "Unknown, so private",
  "chosen by you": "Set by you",
  "names outside VictoriaMetrics' own vocabulary are private": "Own names are private",
  "no obfuscation: only secrets are removed": "Obfuscation is off",
};
