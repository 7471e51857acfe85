// The cells of the windows, merged where there are more than can be seen. Pure.

const MOST = 60;
const WORST_FIRST = ["again", "now", "todo", "ok"];

/** At most 60 cells; of those that share one, the state that matters most shows. */
export function mergedCells(states) {
  if (states.length <= MOST) return states;
  return Array.from({ length: MOST }, (_, at) => {
    const from = Math.floor((at * states.length) / MOST);
    const among = states.slice(from, Math.max(from + 1, Math.floor(((at + 1) * states.length) / MOST)));
    return WORST_FIRST.find((state) => among.includes(state)) ?? "todo";
  });
}
