// A session port without a worker: the same desk, beside the test, under the test's own wall clock.
import type { SessionPort } from '../../backend/session/calls.ts';
import { createSessionDesk } from '../../backend/session/desk.ts';
import { refusal, UserError } from '../../backend/errors.ts';

/** A port whose session can be broken down by the test. */
export interface LocalPort extends SessionPort {
  breakDown(reason: string): void;
  /** Calls asked for so far. */
  readonly asked: readonly string[];
}

/** Opens a port over a desk of its own; a call that takes time (a seek) is worked on until it is answered. */
export function openLocalPort(wallMs: () => number): LocalPort {
  const desk = createSessionDesk(wallMs);
  const asked: string[] = [];
  let onFailure: ((reason: string) => void) | undefined;
  let failed: string | undefined;
  return {
    asked,
    request: async (name, take) => {
      asked.push(name);
      if (failed !== undefined) throw refusal('session-failed', failed);
      const state = { isDone: false };
      const answer = desk.answer(name, structuredClone(take)).finally(() => {
        state.isDone = true;
      });
      answer.catch(() => {});
      for (let turns = 0; !state.isDone && turns < 100_000; turns++) {
        desk.work();
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
      }
      try {
        return structuredClone(await answer);
      } catch (error) {
        if (error instanceof UserError) throw error;
        throw new Error('the session broke down', { cause: error });
      }
    },
    onFailure: (listener) => {
      onFailure = listener;
    },
    breakDown: (reason) => {
      failed = reason;
      onFailure?.(reason);
    },
    close: async () => {},
  };
}
