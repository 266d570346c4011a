// Imports one upload in a process of its own: chunks come in by message, each is answered when it has been read, and the .sct is
// written to the path that the order in the first argument names.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { isSct, type Recording } from '../../traces/index.ts';
import { MESSAGES, UserError } from '../errors.ts';
import { HEAD_BYTES, importLogs } from '../library/import-log.ts';
import { openBytes } from '../library/open-trace.ts';
import { peek } from '../library/unpack.ts';
import type { UploadAnswer, UploadMessage, UploadOrder } from './upload.ts';

if (process.send === undefined) throw new Error('server/upload-worker is started by upload.ts only');

const queue: UploadMessage[] = [];
let wake: (() => void) | undefined;
process.on('message', (message) => {
  queue.push(message as UploadMessage); // upload.ts sends nothing else
  wake?.();
});
process.on('disconnect', () => process.exit()); // the server is gone, or this is done

const post = (answer: UploadAnswer, then?: () => void): void => {
  process.send?.(answer, undefined, undefined, then);
};
/** The last answer has to leave before the line is closed. */
const postLast = (answer: UploadAnswer): void => post(answer, () => process.disconnect());

try {
  const order = JSON.parse(process.argv[2] ?? '') as UploadOrder; // upload.ts starts it with an order
  postLast({ kind: 'done', ...(await store(order, chunks())) });
} catch (error) {
  const { code, message } =
    error instanceof UserError ? error : { code: 'internal' as const, message: MESSAGES.internal() };
  postLast({
    kind: 'refused',
    error: { code, message },
    detail: error instanceof Error ? error.stack : undefined,
  });
}

/** The chunks that come by message, until the one that ends them. */
async function* chunks(): AsyncGenerator<Uint8Array> {
  for (;;) {
    const message = queue.shift();
    if (message === undefined) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    } else if (message.kind === 'end') {
      return;
    } else {
      yield message.bytes;
      post({ kind: 'read' });
    }
  }
}

async function store(
  order: UploadOrder,
  bytes: AsyncIterable<Uint8Array>,
): Promise<Omit<UploadAnswer & { kind: 'done' }, 'kind'>> {
  const fd = openSync(order.path, 'wx');
  const write = (piece: Uint8Array): void => {
    for (let done = 0; done < piece.length;) done += writeSync(fd, piece, done);
  };
  try {
    const { head, rest } = await peek(bytes, HEAD_BYTES);
    if (isSct(head)) for await (const piece of rest) write(piece);
    else
      await importLogs([{ name: order.fileName, bytes: rest }], write, {
        title: order.name,
        limitBytes: order.limitUnpackedBytes,
      });
  } finally {
    closeSync(fd);
  }
  const sct = readFileSync(order.path);
  return describe(order, openBytes(sct, order.fileName));
}

function describe(order: UploadOrder, recording: Recording): Omit<UploadAnswer & { kind: 'done' }, 'kind'> {
  const { header, footer, index, damage } = recording;
  const warnings = footer.warnings.map(({ file, line, message }) =>
    line === 0 ? `${file}: ${message}` : `${file}:${line}: ${message}`,
  );
  return {
    entry: {
      name: order.name,
      title: header.title === '' ? order.name : header.title,
      command: header.command,
      lookFor: '',
      calls: index.reduce((sum, block) => sum + block.calls, 0),
      packets: index.reduce((sum, block) => sum + block.packets, 0),
      seconds: recording.durationNs / 1e9,
      byteSize: recording.byteSize,
      origin: 'upload',
    },
    lines: footer.lines,
    badLines: footer.badLines,
    warnings: [...(damage === undefined ? [] : [damage.message]), ...warnings].slice(0, order.maxWarnings),
  };
}
