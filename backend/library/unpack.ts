// Bytes of a log as they were before gzip or zstd, as a stream.
import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { errnoOf, reasonOf, refusal } from '../errors.ts';
import { Resumable } from './resumable.ts';

/** Packings by the first bytes of the file. */
const PACKINGS = {
  gzip: { magic: [0x1f, 0x8b], create: createGunzip },
  zstd: { magic: [0x28, 0xb5, 0x2f, 0xfd], create: createZstdDecompress },
} as const;

/** Of a packed file that was cut before anything of it could be unpacked. */
const TOO_SHORT = 'it ends before the first bytes that could be read';

export interface UnpackOptions {
  /** For messages. */
  readonly name: string;
  /** Most bytes to give out; more throws 'unpacked-too-large'. */
  readonly limitBytes?: number;
  /** Packed bytes taken so far. */
  readonly onBytes?: (read: number) => void;
  /** Called when the packed file ends too early; what could be unpacked was given out. */
  readonly onCut?: (format: string) => void;
}

/** Gives out `source` unpacked when it starts as gzip or zstd does, else as it is. Throws UserError 'bad-packing'. */
export async function* unpack(
  source: AsyncIterable<Uint8Array>,
  options: UnpackOptions,
): AsyncGenerator<Uint8Array> {
  const { head, rest } = await peek(counted(source, options.onBytes), 4);
  const format = packingOf(head);
  const bytes = format === undefined ? rest : inflate(rest, format, options);
  let given = 0;
  for await (const chunk of bytes) {
    given += chunk.length;
    if (options.limitBytes !== undefined && given > options.limitBytes)
      throw refusal('unpacked-too-large', options.name, options.limitBytes);
    yield chunk;
  }
}

/** The first `size` bytes of a stream (fewer when it is shorter), and the whole stream again. */
export async function peek(
  source: AsyncIterable<Uint8Array>,
  size: number,
): Promise<{ head: Uint8Array; rest: AsyncGenerator<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < size) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  const first = head;
  async function* again(): AsyncGenerator<Uint8Array> {
    try {
      if (first.length > 0) yield first;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
        yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { head, rest: again() };
}

/** A file may be several packed ones, joined: Node's stream goes on to the next for gzip, and for zstd it ends with the first. */
async function* inflate(
  packed: AsyncIterable<Uint8Array>,
  format: keyof typeof PACKINGS,
  options: UnpackOptions,
): AsyncGenerator<Uint8Array> {
  const source = new Resumable(packed);
  let isEmpty = true;
  try {
    do
      for await (const piece of inflateOne(source, format)) {
        isEmpty = false;
        yield piece;
      }
    while (source.hasRest);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'Z_BUF_ERROR' && !isEmpty) {
      options.onCut?.(format);
      return;
    }
    if (code?.startsWith('Z_') === true || code?.startsWith('ZSTD') === true)
      throw refusal(
        'bad-packing',
        options.name,
        format,
        code === 'Z_BUF_ERROR' ? TOO_SHORT : reasonOf(error),
      );
    throw error;
  } finally {
    await source.end();
  }
}

async function* inflateOne(source: Resumable, format: keyof typeof PACKINGS): AsyncGenerator<Uint8Array> {
  const input = Readable.from(source.read(), { objectMode: false });
  const stream = PACKINGS[format].create({ chunkSize: 256 * 1024 });
  input.on('error', (error) => stream.destroy(error));
  input.pipe(stream);
  try {
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      source.used(stream.bytesWritten);
      yield piece;
    }
    source.giveBack(stream.bytesWritten);
  } finally {
    input.destroy();
    stream.destroy();
  }
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  onBytes: ((read: number) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const chunk of source) {
    read += chunk.length;
    onBytes?.(read);
    yield chunk;
  }
}

function packingOf(head: Uint8Array): keyof typeof PACKINGS | undefined {
  const formats = Object.keys(PACKINGS) as (keyof typeof PACKINGS)[]; // keys are the literal names above
  return formats.find((format) => PACKINGS[format].magic.every((byte, i) => head[i] === byte));
}
