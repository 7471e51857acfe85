// Asking the server for something that takes a while: loading only when it is felt, errors in the place of the answer.

import { button, fill, h, state } from "../dom.js";

const FELT_MS = 200;

/**
 * Fill *place* with what *ask* brings: *show* makes elements of the answer. Meanwhile, after 200 ms, ``words`` with the
 * seconds; on failure the error and a way to try again, in a panel of their own if *isFramed*. A later call ends an earlier one. The answer, or null.
 */
export function createAsker(place, signal, isFramed = false) {
  const put = (box) => fill(place, isFramed ? h("section.panel", null, box) : box);
  let running = new AbortController();
  signal.addEventListener("abort", () => running.abort());
  return async function asks(words, ask, show) {
    running.abort();
    running = new AbortController();
    const mine = running;
    const begun = performance.now();
    const loading = () => put(state("loading", words, `${((performance.now() - begun) / 1000).toFixed(1)} s`));
    const felt = setTimeout(loading, FELT_MS);
    const beat = setInterval(() => performance.now() - begun > FELT_MS && seconds(place, begun), 500);
    try {
      const answer = await ask(mine.signal);
      if (mine.signal.aborted) return null;
      fill(place, show(answer));
      return answer;
    } catch (error) {
      if (mine.signal.aborted || error.name === "AbortError") return null;
      if (!("status" in error)) throw error;
      put(failed(error, () => void asks(words, ask, show)));
      return null;
    } finally {
      clearTimeout(felt);
      clearInterval(beat);
    }
  };
}

function seconds(place, begun) {
  const more = place.querySelector('[aria-busy="true"] > span');
  if (more) more.textContent = `${((performance.now() - begun) / 1000).toFixed(1)} s`;
}

/** An error as a state: the sentence, what to try, and a button. */
export function failed(error, again) {
  return state("error", error.message, error.hint, again ? button("Try again", again, "sm") : null);
}
