// Takes a program that is uploaded: its bytes, and what a process of its own says of them. Nothing in it is run; the verifier walks it, and one
// that takes too long is ended.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { refusal, UserError, type ErrorCode } from '../errors.ts';
import type { CheckedProgram } from '../library/check-program.ts';
import { workerUrl } from '../library/package-root.ts';
import { programOf, type ProgramSource } from '../library/programs.ts';
import type { ReplyError } from '../protocol/index.ts';

/** What one program may take. */
export interface ProgramLimits {
  /** Bytes of the file: an object of clang with all its debug information has some hundred kB. */
  readonly bytes: number;
  /** Wall ms that reading and verifying it may take. */
  readonly checkMs: number;
}

export const PROGRAM_LIMITS: ProgramLimits = { bytes: 8 * 1024 * 1024, checkMs: 15_000 };

/** Notes in the answer. */
const MAX_NOTES = 20;

export type CheckAnswer =
  | ({ readonly kind: 'done' } & CheckedProgram)
  | { readonly kind: 'refused'; readonly error: ReplyError; readonly detail: string | undefined };

/** A program that was taken. */
export interface TakenProgram extends CheckedProgram {
  readonly source: ProgramSource;
}

/** Reads and checks `body`. Throws UserError 'program-too-large', 'program-too-long', 'upload-cut', 'bad-program'. */
export async function takeProgram(
  body: AsyncIterable<Uint8Array>,
  fileName: string,
  limits: ProgramLimits,
): Promise<TakenProgram> {
  const source = programOf(fileName, await bytesOf(body, limits.bytes));
  const { progs, notes } = await check(source, limits.checkMs);
  return { source, progs, notes: notes.slice(0, MAX_NOTES) };
}

async function bytesOf(body: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      length += chunk.length;
      if (length > limit) throw refusal('program-too-large', limit);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ECONNRESET') throw refusal('upload-cut');
    throw error;
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function check(source: ProgramSource, limitMs: number): Promise<CheckedProgram> {
  const worker = fork(fileURLToPath(workerUrl('./program-worker', import.meta.url)), [], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let timer: NodeJS.Timeout | undefined;
  const answered = new Promise<CheckedProgram>((resolve, reject) => {
    timer = setTimeout(() => reject(refusal('program-too-long', source.path, limitMs)), limitMs);
    worker.on('message', (answer: CheckAnswer) => {
      if (answer.kind === 'done') resolve(answer);
      else reject(refusedBy(answer));
    });
    worker.on('error', reject);
    worker.on('exit', (code, signal) =>
      reject(new Error(`the check ended with ${signal ?? `code ${code}`}`)),
    );
    worker.send(source, () => {}); // that it cannot be sent is told by the exit
  });
  return answered.finally(() => {
    clearTimeout(timer);
    worker.kill('SIGKILL');
  });
}

function refusedBy({ error, detail }: CheckAnswer & { kind: 'refused' }): Error {
  if (error.code === 'internal') return new Error(detail ?? error.message);
  return new UserError(error.code as ErrorCode, error.message); // codes come from our own table
}
