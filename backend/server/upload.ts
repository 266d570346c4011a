// Takes the body of an upload and has a process of its own import it as it comes, so that the page's own progress is that of the import.
// A process, not a thread: threads that come and go with each upload free the Wasm code by which Node strips types, and V8 sometimes
// brings the whole server down at that (nodejs/node issue 64500).
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { refusal, UserError, type ErrorCode } from '../errors.ts';
import { workerUrl } from '../library/package-root.ts';
import type { ReplyError, UploadReply } from '../protocol/index.ts';
import type { UploadSlot } from './recordings.ts';

/** What one import may take. */
export interface UploadLimits {
  /** Bytes of the body. */
  readonly bodyBytes: number;
  /** Bytes of the log when unpacked: gzip packs logs ten to twenty times. */
  readonly unpackedBytes: number;
  /** Wall ms for which no byte may come. */
  readonly stallMs: number;
}

/** 2 GiB is a log of some 12 million calls, and packed one of 100 million. */
export const UPLOAD_LIMITS: UploadLimits = { bodyBytes: 2 ** 31, unpackedBytes: 2 ** 34, stallMs: 30_000 };

/** Warnings in the answer; the recording has more of them. */
const MAX_WARNINGS = 20;

/** Chunks that may wait for the worker. */
const CHUNKS_AHEAD = 8;

export interface UploadOrder {
  readonly name: string;
  readonly fileName: string;
  readonly path: string;
  readonly limitUnpackedBytes: number;
  readonly maxWarnings: number;
}

export type UploadMessage = { readonly kind: 'chunk'; readonly bytes: Uint8Array } | { readonly kind: 'end' };

export type UploadAnswer =
  | { readonly kind: 'read' }
  | ({ readonly kind: 'done' } & Omit<UploadReply, 'recording'> & {
        readonly entry: UploadReply['recording'];
      })
  | { readonly kind: 'refused'; readonly error: ReplyError; readonly detail: string | undefined };

/**
 * Imports `body` into `slot`, which is listed then, or dropped when this throws. Throws UserError 'upload-too-large',
 * 'upload-cut', 'upload-stalled', and those of importLogs.
 */
export async function takeUpload(
  body: AsyncIterable<Uint8Array>,
  fileName: string,
  slot: UploadSlot,
  limits: UploadLimits,
): Promise<UploadReply> {
  const order: UploadOrder = {
    name: slot.name,
    fileName,
    path: slot.path,
    limitUnpackedBytes: limits.unpackedBytes,
    maxWarnings: MAX_WARNINGS,
  };
  const worker = fork(fileURLToPath(workerUrl('./upload-worker', import.meta.url)), [JSON.stringify(order)], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    const done = await feed(worker, listen(worker), untilStalled(body, limits.stallMs), limits.bodyBytes);
    slot.add(done.entry);
    return { recording: done.entry, lines: done.lines, badLines: done.badLines, warnings: done.warnings };
  } catch (error) {
    await end(worker); // or it might write the file again
    slot.drop();
    throw error;
  }
}

async function end(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const exited = once(worker, 'exit');
  worker.kill('SIGKILL');
  await exited;
}

/** `body` as long as no `stallMs` go by without a byte: an upload that stands still keeps others from importing. */
export async function* untilStalled(
  body: AsyncIterable<Uint8Array>,
  stallMs: number,
): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  let isWaiting = false;
  const next = async (): Promise<IteratorResult<Uint8Array, unknown>> => {
    let timer: NodeJS.Timeout | undefined;
    const stalled = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(refusal('upload-stalled', stallMs)), stallMs);
    });
    try {
      isWaiting = true;
      const chunk = await Promise.race([chunks.next(), stalled]);
      isWaiting = false;
      return chunk;
    } finally {
      clearTimeout(timer);
    }
  };
  try {
    for (let chunk = await next(); chunk.done !== true; chunk = await next()) yield chunk.value;
  } finally {
    if (!isWaiting) await chunks.return?.();
  }
}

interface Importer {
  readonly result: Promise<UploadAnswer & { kind: 'done' }>;
  /** Chunks sent and not yet read. */
  waiting: number;
  /** Called when one has been read. */
  onRead: () => void;
  isSettled: boolean;
}

function listen(worker: ChildProcess): Importer {
  const importer = { waiting: 0, onRead: () => {}, isSettled: false };
  const result = new Promise<UploadAnswer & { kind: 'done' }>((resolve, reject) => {
    worker.on('message', (answer: UploadAnswer) => {
      if (answer.kind === 'read') importer.waiting--;
      else if (answer.kind === 'done') resolve(answer);
      else reject(refusedBy(answer));
      importer.isSettled ||= answer.kind !== 'read';
      importer.onRead();
    });
    worker.on('error', reject);
    worker.on('exit', (code, signal) => {
      reject(new Error(`the import ended with ${signal ?? `code ${code}`}`));
      importer.isSettled = true;
      importer.onRead();
    });
  });
  result.catch(() => {});
  return Object.assign(importer, { result });
}

function refusedBy({ error, detail }: UploadAnswer & { kind: 'refused' }): Error {
  if (error.code === 'internal') return new Error(detail ?? error.message);
  return new UserError(error.code as ErrorCode, error.message); // codes come from our own table
}

async function feed(
  worker: ChildProcess,
  importer: Importer,
  body: AsyncIterable<Uint8Array>,
  limitBytes: number,
): Promise<UploadAnswer & { kind: 'done' }> {
  let taken = 0;
  try {
    for await (const chunk of body) {
      taken += chunk.length;
      if (taken > limitBytes) throw refusal('upload-too-large', limitBytes);
      send(worker, { kind: 'chunk', bytes: chunk });
      importer.waiting++;
      while (importer.waiting >= CHUNKS_AHEAD && !importer.isSettled)
        await new Promise<void>((resolve) => {
          importer.onRead = resolve;
        });
      if (importer.isSettled) return await importer.result;
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ECONNRESET') throw refusal('upload-cut');
    throw error;
  }
  send(worker, { kind: 'end' });
  return importer.result;
}

/** A message that no longer finds the process is no error of its own: that it ended is told by `listen`. */
function send(worker: ChildProcess, message: UploadMessage): void {
  if (worker.connected) worker.send(message, () => {});
}
