// The server's end of a session that runs in a process of its own. A process, not a thread: sessions compile programs to WebAssembly, V8 keeps what it
// makes of calls from there to JavaScript for all threads of a process together, and now and then ends the process when threads let go of it
// (nodejs/node issue 64500); nor has it a way to refuse a thread the memory that compiling takes. So one session goes down at most.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { refusal, UserError, type ErrorCode } from '../errors.ts';
import { workerUrl } from '../library/package-root.ts';
import type { AnswerMessage, CallMessage, SessionPort } from './calls.ts';

/** What a session's process says last when an error ends it. */
export interface BrokenMessage {
  readonly broken: string;
}

interface Waiting {
  readonly resolve: (give: never) => void;
  readonly reject: (error: Error) => void;
}

/** Starts a process with no session yet. */
export function openWorkerPort(): SessionPort {
  const worker = fork(fileURLToPath(workerUrl('./worker', import.meta.url)), {
    serialization: 'advanced',
    // what Node was told holds for sessions too; a debugger has but one port
    execArgv: process.execArgv.filter((option) => !option.startsWith('--inspect')),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
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
  worker.on('message', (message: AnswerMessage | BrokenMessage) => {
    if ('broken' in message) return fail(message.broken);
    const { id, give, error } = message;
    const waiter = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) waiter?.resolve(give as never); // the worker answers by the table of calls
    else waiter?.reject(new UserError(error.code as ErrorCode, error.message)); // codes come from our own table
  });
  worker.on('error', (error) => fail(error.message));
  worker.on('exit', (code, signal) => fail(`its process ended with ${signal ?? `code ${code}`}`));

  return {
    request: (name, take) =>
      new Promise((resolve, reject) => {
        if (failed !== undefined) return reject(refusal('session-failed', failed));
        const id = ++lastId;
        waiting.set(id, { resolve, reject });
        send(worker, { id, name, take } as CallMessage); // by the table of calls
      }),
    onFailure: (listener) => {
      onFailure = listener;
    },
    close: async () => {
      isClosed = true;
      await end(worker);
    },
  };
}

/** A message that no longer finds the process is no error of its own: that it ended is told by 'exit'. */
function send(worker: ChildProcess, message: CallMessage): void {
  if (worker.connected) worker.send(message, () => {});
}

async function end(worker: ChildProcess): Promise<void> {
  if (worker.pid === undefined || worker.exitCode !== null || worker.signalCode !== null) return;
  const exited = once(worker, 'exit');
  worker.kill('SIGKILL');
  await exited;
}
