// The order of a wizard's steps: which can be gone to, what each still needs, what it answered. Pure: state in, words out.

const ACTIVE = new Set(["running", "starting"]);

/** Whether a run is at work right now: what it is made from must not be changed meanwhile. */
export function isRunning(state) {
  return ACTIVE.has(state.run?.state);
}

/**
 * The course of *steps* ([{id, name}], the last one is that of the run). *needs* says of some what is missing ({why,
 * focus: id of the element} or null), *answers* what each answered, *bar* what the action bar says when nothing is
 * missing, *egress* what has left the machine: [fact, more]. *nameOf* may name a step otherwise.
 */
export function createCourse({ steps, needs, answers, bar, egress, nameOf = () => null }) {
  const last = steps.at(-1).id;

  const indexOf = (id) => steps.findIndex((step) => step.id === id);

  const missing = (id, state) => needs[id]?.(state) ?? null;

  function firstMissing(id, state) {
    const before = steps.slice(0, indexOf(id));
    return before.find((step) => missing(step.id, state))?.id ?? null;
  }

  function isReachable(id, state) {
    return id === last && state.run ? true : firstMissing(id, state) === null;
  }

  return {
    steps,
    last,
    egress,
    barWords: bar,
    /** The place of a step, from 0. */
    indexOf,
    /** Why the step after *id* is not possible yet, or null. */
    missing,
    /** The first step before *id* that lacks something, or null. */
    firstMissing,
    /** Whether all steps before *id* have what they need. */
    isReachable,
    stepName: (id, state) => nameOf(id, state) ?? steps.find((step) => step.id === id).name,
    /** Whether *id* is behind the operator, with all it needs. */
    isDone(id, state) {
      if (id === last) return state.run?.state === "finished";
      return indexOf(id) < state.furthest && isReachable(id, state) && !missing(id, state);
    },
    /** The step after and before *id*, or null at the ends. */
    neighbours(id) {
      const at = indexOf(id);
      return { back: steps[at - 1]?.id ?? null, next: steps[at + 1]?.id ?? null };
    },
    /** What a step answered, short: it stands under the step's name. */
    answer: (id, state, nowMs) => answers[id](state, nowMs) ?? "",
  };
}
