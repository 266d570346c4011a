// strace logs and captures of packets to the bytes of a .sct recording: what every import of the backend goes through.
//
//   path | stream -> unpack (gzip, zstd) -> traces' importer of its format -> traces' .sct writer -> write(bytes)
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  createPcapImporter,
  createSctWriter,
  createStraceImporter,
  ImportError,
  isSct,
  RECORD_KINDS,
  recogniseCapture,
  type BlockSink,
  type ImportWarning,
  type PcapImporter,
  type RecordingFooter,
  type StraceImporter,
} from '../../traces/index.ts';
import { errnoOf, reasonOf, refusal } from '../errors.ts';
import { peek, unpack } from './unpack.ts';

/** One log: its name for messages and warnings, and its bytes, packed or not. */
export interface LogSource {
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface ImportOptions {
  readonly title?: string;
  readonly command?: string;
  /** Bytes taken so far of all sources, as they stand on disk. */
  readonly onBytes?: (read: number) => void;
  /** Most bytes a source may have when unpacked. */
  readonly limitBytes?: number;
}

/** What an import made. */
export interface ImportResult {
  readonly calls: number;
  readonly packets: number;
  readonly footer: RecordingFooter;
  /** Size of the .sct in bytes. */
  readonly byteSize: number;
}

/** Bytes of a file that say which format it has. */
export const HEAD_BYTES = 8;

/**
 * Imports `sources` (several are the files of one strace -ff) and hands the .sct to `write`, piece by piece, in order.
 * Throws UserError 'not-a-log', 'is-sct', 'bad-packing', 'unpacked-too-large'; what was written is to be thrown away then.
 */
export async function importLogs(
  sources: readonly LogSource[],
  write: (bytes: Uint8Array) => void,
  options: ImportOptions = {},
): Promise<ImportResult> {
  let byteSize = 0;
  const counts = { calls: 0, packets: 0 };
  const cut: ImportWarning[] = [];
  const sct = createSctWriter((bytes) => {
    byteSize += bytes.length;
    write(bytes);
  });
  const sink = withWarnings(countRecords(sct, counts), cut);
  const about = {
    title: options.title ?? titleOf(sources),
    ...(options.command === undefined ? {} : { command: options.command }),
  };
  let importer: Importer | undefined;
  let before = 0;
  for (const source of sources) {
    let read = 0;
    const bytes = unpack(source.bytes, {
      name: source.name,
      onBytes: (count) => options.onBytes?.(before + (read = count)),
      onCut: (format) => cut.push(cutWarning(source.name, format)),
      ...(options.limitBytes === undefined ? {} : { limitBytes: options.limitBytes }),
    });
    const { head, rest } = await peek(bytes, HEAD_BYTES);
    if (isSct(head)) {
      await rest.return(undefined);
      throw refusal('is-sct', source.name);
    }
    importer ??=
      recogniseCapture(head) === undefined
        ? createStraceImporter(sink, about)
        : createPcapImporter(sink, about);
    await importOne(importer, source.name, rest);
    before += read;
  }
  const whole = importer ?? createStraceImporter(sink, about);
  const footer = refuseAlien('', () => whole.end());
  return { ...counts, footer: { ...footer, warnings: [...cut, ...footer.warnings] }, byteSize };
}

/** The log at `path`, '-' being stdin. Throws UserError 'cannot-read' when it cannot be opened. */
export async function logFile(path: string): Promise<LogSource> {
  if (path === '-') return { name: 'stdin', bytes: process.stdin };
  return { name: path, bytes: await readBytes(path) };
}

/** Bytes of the file at `path` as a stream, opened once and when it is read. Throws UserError 'cannot-read', also while it is read. */
export async function readBytes(path: string): Promise<AsyncIterable<Uint8Array>> {
  try {
    if ((await stat(path)).isDirectory()) throw refusal('cannot-read', path, 'it is a folder');
    await access(path, constants.R_OK);
  } catch (error) {
    throw readError(path, error);
  }
  return piecesOf(path);
}

async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  const stream: AsyncIterable<Uint8Array> = createReadStream(path, { highWaterMark: 1 << 20 });
  try {
    yield* stream;
  } catch (error) {
    throw readError(path, error);
  }
}

function readError(path: string, error: unknown): unknown {
  return errnoOf(error)?.startsWith('E') === true ? refusal('cannot-read', path, reasonOf(error)) : error;
}

type Importer = StraceImporter | PcapImporter;

async function importOne(importer: Importer, name: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const hash = createHash('sha256');
  refuseAlien(name, () => importer.file(basename(name)));
  for await (const chunk of bytes) {
    hash.update(chunk);
    refuseAlien(name, () => importer.push(chunk));
  }
  refuseAlien(name, () => importer.endFile(hash.digest('hex')));
}

/** Does `step`; the importer's own refusal becomes a UserError. */
function refuseAlien<T>(name: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    const prefix = `${error.file}: `;
    const reason = error.message.startsWith(prefix) ? error.message.slice(prefix.length) : error.message;
    const isCapture = error.code === 'no-capture' || error.code === 'bad-capture';
    throw refusal(isCapture ? 'not-a-capture' : 'not-a-log', name === '' ? error.file : name, reason);
  }
}

function countRecords(sink: BlockSink, counts: { calls: number; packets: number }): BlockSink {
  return {
    open: (header, strings, syscalls) => sink.open(header, strings, syscalls),
    block: (block) => {
      for (let i = 0; i < block.count; i++) {
        if (block.kind[i] === RECORD_KINDS.call.code) counts.calls++;
        if (block.kind[i] === RECORD_KINDS.packet.code) counts.packets++;
      }
      sink.block(block);
    },
    close: (footer) => sink.close(footer),
  };
}

function withWarnings(sink: BlockSink, warnings: readonly ImportWarning[]): BlockSink {
  return {
    open: (header, strings, syscalls) => sink.open(header, strings, syscalls),
    block: (block) => sink.block(block),
    close: (footer) => sink.close({ ...footer, warnings: [...warnings, ...footer.warnings] }),
  };
}

function cutWarning(name: string, format: string): ImportWarning {
  const message = `the ${format} file ends too early; what stands before was read`;
  return { code: 'cut-packing', file: basename(name), line: 0, message, text: '' };
}

function titleOf(sources: readonly LogSource[]): string {
  return stemOf(basename(sources[0]?.name ?? ''), sources.length > 1);
}

/** A file name without the endings that logs and captures have: 'dd.strace.gz' is 'dd', and of a -ff set 'dd.strace.101' is too. */
export function stemOf(fileName: string, isOfSet = false): string {
  const unpacked = fileName.replace(/\.(gz|zst|zstd)$/i, '');
  const whole = isOfSet ? unpacked.replace(/\.\d+$/, '') : unpacked;
  const stem = whole.replace(/\.(strace|log|txt|out|sct|pcap|pcapng|cap)$/i, '');
  return stem === '' ? fileName : stem;
}
