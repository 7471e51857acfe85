// Follows one run: asks for its snapshot and its new events, also when the page was loaded again meanwhile.

import { bytes, span } from "./format.js";
import { isRunning } from "./course.js";

const POLL_MS = 700;
const POLL_LOST_MS = 2000;
const POLL_IDLE_MS = 3000;
const ENDED = new Set(["finished", "cancelled"]);

/**
 * A follower of the run that the store names. ``snapshot``, ``events`` and ``problem`` are the newest known. *calls* are
 * run(id), events(id, after) and runs(); *wordsOf* says in the rail what a snapshot tells.
 */
export function createFollower(store, calls, wordsOf = runWords) {
  const follower = { snapshot: null, events: [], problem: null, watch, stop };
  let timer = 0;
  let after = 0;
  let round = 0;

  function watch(id, known = null) {
    stop();
    Object.assign(follower, { snapshot: known, events: [], problem: null });
    after = 0;
    if (known) tell(known);
    void ask(id, round);
  }

  function stop() {
    clearTimeout(timer);
    round += 1;
  }

  async function ask(id, mine) {
    let again = POLL_MS;
    try {
      const [snapshot, news] = await Promise.all([calls.run(id), calls.events(id, after)]);
      if (mine !== round) return;
      after = news.next ?? after;
      follower.events.push(...news.events);
      Object.assign(follower, { snapshot, problem: null });
      tell(snapshot);
      if (ENDED.has(snapshot.state)) return;
      if (!isRunning(store.state)) again = POLL_IDLE_MS; // another tab may go on with it
    } catch (error) {
      if (mine !== round) return;
      if (error.status === 404) {
        await findAgain(mine);
        return;
      }
      follower.problem = error;
      again = POLL_LOST_MS;
      store.set({});
    }
    timer = setTimeout(() => void ask(id, mine), again);
  }

  /** The server was started again and gave the run another id, or forgot it. */
  async function findAgain(mine) {
    const name = store.state.run?.file_name;
    const { runs } = await calls.runs().catch(() => ({ runs: [] }));
    if (mine !== round) return;
    const found = runs.find((run) => name && run.file_name === name);
    if (found) watch(found.id, found);
    else store.set({ run: null });
  }

  function tell(snapshot) {
    const { id, state, file_name, server } = snapshot;
    const before = store.state.run?.state;
    store.set({ run: { id, state, file_name, server, words: wordsOf(snapshot) } });
    if (state === "finished" && before !== "finished") store.dropSecrets();
  }

  return follower;
}

/** What the rail says of a run. */
export function runWords({ state, done, eta_s, phase, result }) {
  const percent = `${Math.floor((done ?? 0) * 100)} %`;
  if (state === "finished")
    return result ? `${bytes(result.bundle_bytes)}${result.audit ? ", audit passed" : ""}` : "Finished";
  if (state === "running") {
    if (phase === "auditing") return "Audit";
    return eta_s === null || eta_s === undefined
      ? percent
      : `${percent}, ${span(Math.max(1, Math.round(eta_s)) * 1000)} left`;
  }
  const names = { paused: "Paused", failed: "Failed", cancelled: "Cancelled", interrupted: "Interrupted" };
  return `${names[state] ?? state} at ${percent}`;
}
