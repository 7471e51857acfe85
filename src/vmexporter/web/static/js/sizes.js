// How large a bundle will be, about. Pure: state in, bytes out.

const BYTES_PER_SAMPLE = 3; // of JSON lines in a bundle, measured: 2.3 to 2.9
const NATIVE_SHARE = 0.2; // measured: blocks are packed, lines of digits are not
const FIXED = 20_000;
const DEFAULT_STEP_MS = 15_000; // of an expression

/** Bytes of the bundle of what is chosen, in this form; null where nothing tells. */
export function bundleBytes(state, form) {
  const size = state.mode === "components" ? state.selection.totals?.bytes : queryBytes(state);
  return size ? Math.round(form === "native" ? size * NATIVE_SHARE : size) : null;
}

function queryBytes({ query, range }) {
  const { kind, series, samples } = query.judged ?? {};
  const step = query.step_ms || (kind === "expression" ? DEFAULT_STEP_MS : 0);
  const values = step ? series * (Math.floor((range.end_ms - range.start_ms) / step) + 1) : samples;
  return values ? values * BYTES_PER_SAMPLE + FIXED : null;
}
