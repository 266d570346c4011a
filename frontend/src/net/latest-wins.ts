// For a stream of wishes of which only the last counts: a drag over the scrub bar.

export interface LatestWins<T> {
  /** Sends `value` now, or, while another is under way, once that is done and no later one has come. */
  push(value: T): void;
}

/** At most one `send` at a time. `send` must not reject: it reports its errors itself. */
export function latestWins<T>(send: (value: T) => Promise<void>): LatestWins<T> {
  let busy = false;
  let waiting: { readonly value: T } | undefined;

  const run = async (value: T): Promise<void> => {
    busy = true;
    await send(value);
    busy = false;
    const next = waiting;
    waiting = undefined;
    if (next !== undefined) await run(next.value);
  };

  return {
    push: (value) => {
      if (busy) waiting = { value };
      else void run(value);
    },
  };
}
