// Runs a preflight: starts it, follows it, and keeps its answer; a later one ends an earlier one.

const POLL_MS = 300;

/** ``run(key, body)`` looks through the bundle; *table* shows how far it is, *done* is told when the answer is kept. */
export function preflight(app, signal, table, done) {
  const { store } = app;
  let running = new AbortController();
  signal.addEventListener("abort", stop);

  function stop() {
    running.abort();
  }

  async function run(key, body) {
    stop();
    running = new AbortController();
    const mine = running;
    table.wait(0);
    done();
    try {
      const first = await app.imports.preflight(body); // waited for in any case: what has begun has to be ended
      const end = () => void app.imports.endPreflight(first.id).catch(() => null);
      if (mine.signal.aborted) {
        end();
        return;
      }
      mine.signal.addEventListener("abort", end);
      const last = await ended(first, mine.signal);
      if (mine.signal.aborted) return;
      if (last.result) keep(key, last.result);
      else table.fail(last.error ?? { message: "The preflight was stopped" }, () => void run(key, body));
    } catch (error) {
      if (mine.signal.aborted || error.name === "AbortError") return;
      if (!("status" in error)) throw error;
      table.fail(error, () => void run(key, body));
    }
    done();
  }

  async function ended(snapshot, stopped) {
    let now = snapshot;
    while (now.state === "running") {
      table.wait(now.done);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      stopped.throwIfAborted();
      now = await app.imports.preflightOf(snapshot.id, stopped);
    }
    return now;
  }

  /** The first answer is about the whole bundle: its jobs and its range are what is chosen from. */
  function keep(key, result) {
    const { jobs, bundle } = store.state.check ?? {
      jobs: result.jobs.map(({ job }) => job),
      bundle: { first_ms: result.first_ms, last_ms: result.last_ms },
    };
    store.set({ check: { key, result, jobs, bundle } });
  }

  return { run, stop };
}
