// The main thread's end of a session that runs in a worker thread.
import { Worker } from 'node:worker_threads';
import { refusal, UserError, type ErrorCode } from '../errors.ts';
import { workerUrl } from '../library/package-root.ts';
import type { AnswerMessage, SessionPort } from './calls.ts';

interface Waiting {
  readonly resolve: (give: never) => void;
  readonly reject: (error: Error) => void;
}

/** Starts a worker with no session yet. */
export function openWorkerPort(): SessionPort {
  const worker = new Worker(workerUrl('./worker', import.meta.url));
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let failed: string | undefined;
  let isClosed = false;
  let onFailure: ((reason: string) => void) | undefined;

  const fail = (reason: string): void => {
    if (failed !== undefined) return;
    failed = reason;
    for (const { reject } of waiting.values()) reject(refusal('session-failed', reason));
    waiting.clear();
    if (!isClosed) onFailure?.(reason);
  };
  worker.on('message', ({ id, give, error }: AnswerMessage) => {
    const waiter = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) waiter?.resolve(give as never); // the worker answers by the table of calls
    else waiter?.reject(new UserError(error.code as ErrorCode, error.message)); // codes come from our own table
  });
  worker.on('error', (error) => fail(error instanceof Error ? error.message : String(error)));
  worker.on('exit', (code) => fail(`its worker ended with code ${code}`));

  return {
    request: (name, take) =>
      new Promise((resolve, reject) => {
        if (failed !== undefined) return reject(refusal('session-failed', failed));
        const id = ++lastId;
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, name, take }, []);
      }),
    onFailure: (listener) => {
      onFailure = listener;
    },
    close: async () => {
      isClosed = true;
      await worker.terminate();
    },
  };
}
