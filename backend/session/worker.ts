// A session in a process of its own: messages in, answers out, and slices of replay in between.
import { MESSAGES, UserError } from '../errors.ts';
import { optimiseSooner } from '../library/wasm-tiering.ts';
import type { ReplyError } from '../protocol/index.ts';
import type { AnswerMessage, CallMessage } from './calls.ts';
import { createSessionDesk } from './desk.ts';
import type { BrokenMessage } from './worker-port.ts';

/** What a terminal or a supervisor sends to the server and its processes alike: the server ends its sessions itself. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

if (process.send === undefined) throw new Error('session/worker is started by worker-port.ts only');
for (const signal of SIGNALS) process.on(signal, () => {});
process.on('disconnect', () => process.exit()); // the server is gone
process.on('uncaughtException', (error) => post({ broken: error.message }, () => process.exit(1)));
optimiseSooner();
serve();

function post(message: AnswerMessage | BrokenMessage, then?: () => void): void {
  process.send?.(message, undefined, undefined, then);
}

function serve(): void {
  const desk = createSessionDesk(() => performance.now());
  let timer: NodeJS.Timeout | undefined;
  let isScheduled = false;
  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    clearTimeout(timer);
    setImmediate(() => {
      isScheduled = false;
      const sleepMs = desk.work();
      if (sleepMs === 0) schedule();
      else if (sleepMs !== Infinity) timer = setTimeout(schedule, sleepMs);
    });
  };
  const reply = async ({ id, name, take }: CallMessage): Promise<AnswerMessage> => {
    try {
      return { id, give: await desk.answer(name, take) };
    } catch (error) {
      return { id, error: describe(error) };
    }
  };
  process.on('message', (message: CallMessage) => {
    void reply(message).then((answer) => post(answer));
    schedule();
  });
}

/** Refusals go back as they are; anything else ends the process, and the server reports it. */
function describe(error: unknown): ReplyError {
  if (error instanceof UserError) return { code: error.code, message: error.message };
  setImmediate(() => {
    throw error;
  });
  return { code: 'internal', message: MESSAGES.internal() };
}
