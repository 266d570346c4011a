// A session in a worker thread: messages in, answers out, and slices of replay in between.
import { parentPort } from 'node:worker_threads';
import { MESSAGES, UserError } from '../errors.ts';
import type { ReplyError } from '../protocol/index.ts';
import type { AnswerMessage, CallMessage } from './calls.ts';
import { createSessionDesk } from './desk.ts';

if (parentPort === null) throw new Error('session/worker runs as a worker thread only');
serve(parentPort);

function serve(port: NonNullable<typeof parentPort>): void {
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
  port.on('message', (message: CallMessage) => {
    void reply(message).then((answer) => port.postMessage(answer));
    schedule();
  });
}

/** Refusals go back as they are; anything else ends the worker, and the main thread reports it. */
function describe(error: unknown): ReplyError {
  if (error instanceof UserError) return { code: error.code, message: error.message };
  setImmediate(() => {
    throw error;
  });
  return { code: 'internal', message: MESSAGES.internal() };
}
