// The cells of the windows, merged where there are more than can be seen. Pure.

const MOST = 60;
const WORST_FIRST = ["again", "now", "todo", "ok"];

/**
 * At most 60 cells {state, ms}: of those that share one, the state that matters most shows, as wide as they are long.
 * Where *lengths* are not told, all windows count alike.
 */
export function mergedCells(states, lengths = []) {
  const isTold = lengths.length === states.length;
  const count = Math.min(MOST, states.length);
  return Array.from({ length: count }, (_, at) => {
    const from = Math.floor((at * states.length) / count);
    const to = Math.floor(((at + 1) * states.length) / count);
    const among = states.slice(from, to);
    const ms = isTold ? lengths.slice(from, to).reduce((sum, length) => sum + length, 0) : among.length;
    return { state: WORST_FIRST.find((state) => among.includes(state)) ?? "todo", ms };
  });
}
