// Checks one uploaded program in a process of its own: it comes by message, and the answer goes back the same way.
import { MESSAGES, UserError } from '../errors.ts';
import { checkProgram } from '../library/check-program.ts';
import type { ProgramSource } from '../library/programs.ts';
import type { CheckAnswer } from './program-upload.ts';

if (process.send === undefined) throw new Error('server/program-worker is started by program-upload.ts only');

process.on('disconnect', () => process.exit()); // the server is gone
process.once('message', (source) => {
  process.send?.(answer(source as ProgramSource)); // program-upload.ts sends nothing else
});

function answer(source: ProgramSource): CheckAnswer {
  try {
    return { kind: 'done', ...checkProgram(source) };
  } catch (error) {
    const { code, message } =
      error instanceof UserError ? error : { code: 'internal' as const, message: MESSAGES.internal() };
    return {
      kind: 'refused',
      error: { code, message },
      detail: error instanceof Error ? error.stack : undefined,
    };
  }
}
