// Header, footer and system calls of a recording as bytes: JSON with its keys in a fixed order, packed.
//
// They are small and rare, and JSON keeps them readable for whoever meets a file without this reader. 64-bit numbers are decimal text.
import { ARCHS } from '../event.ts';
import type { Arch, SyscallRef } from '../event.ts';
import type { ImportWarning, RecordingFooter, RecordingHeader, SourceFile } from '../recording.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { FormatError } from './errors.ts';
import { readPacked, writePacked } from './streams.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

const CLOCKS: readonly RecordingHeader['clock'][] = ['realtime', 'day', 'relative', 'lines'];

/** Payload of a header section. */
export function encodeHeader(header: RecordingHeader): Uint8Array {
  const { title, command, recorder, startNs, clock, resolutionNs, bias } = header;
  return packJson({ title, command, recorder, startNs: String(startNs), clock, resolutionNs, bias });
}

/** Throws FormatError when the payload is no header. */
export function decodeHeader(payload: Uint8Array): RecordingHeader {
  const fields = record(unpackJson(payload));
  const startNs = text(fields, 'startNs');
  const clock = CLOCKS.find((name) => name === fields['clock']);
  if (clock === undefined || !/^-?\d{1,30}$/.test(startNs)) throw wrong('clock or startNs');
  return {
    title: text(fields, 'title'),
    command: text(fields, 'command'),
    recorder: text(fields, 'recorder'),
    startNs: BigInt(startNs),
    clock,
    resolutionNs: number(fields, 'resolutionNs'),
    bias: number(fields, 'bias'),
  };
}

/** What a footer section holds: the footer, and how many blocks and records came before it. */
export interface FooterPart {
  readonly footer: RecordingFooter;
  readonly blocks: number;
  readonly records: number;
}

/** Payload of a footer section. */
export function encodeFooter({ footer, blocks, records }: FooterPart): Uint8Array {
  const { lines, badLines, orphanLines, otherLines } = footer;
  const sources = footer.sources.map(({ name, byteSize, sha256 }) => ({ name, byteSize, sha256 }));
  const warnings = footer.warnings.map(({ code, file, line, message, text }) => ({
    code,
    file,
    line,
    message,
    text,
  }));
  return packJson({ blocks, records, lines, badLines, orphanLines, otherLines, sources, warnings });
}

/** Throws FormatError when the payload is no footer. */
export function decodeFooter(payload: Uint8Array): FooterPart {
  const fields = record(unpackJson(payload));
  const footer = {
    sources: list(fields, 'sources').map(decodeSource),
    lines: number(fields, 'lines'),
    badLines: number(fields, 'badLines'),
    orphanLines: number(fields, 'orphanLines'),
    otherLines: number(fields, 'otherLines'),
    warnings: list(fields, 'warnings').map(decodeWarning),
  };
  return { footer, blocks: number(fields, 'blocks'), records: number(fields, 'records') };
}

function decodeSource(value: unknown): SourceFile {
  const fields = record(value);
  return { name: text(fields, 'name'), byteSize: number(fields, 'byteSize'), sha256: text(fields, 'sha256') };
}

function decodeWarning(value: unknown): ImportWarning {
  const fields = record(value);
  return {
    code: text(fields, 'code'),
    file: text(fields, 'file'),
    line: number(fields, 'line'),
    message: text(fields, 'message'),
    text: text(fields, 'text'),
  };
}

/** Payload of a syscalls section: rows from index `first` on, [arch code, nr, name] each. */
export function encodeSyscalls(first: number, refs: readonly SyscallRef[]): Uint8Array {
  return packJson([first, refs.map(({ arch, nr, name }) => [ARCHS[arch].code, nr, name])]);
}

/** First index and rows. Throws FormatError when the payload is no syscalls section. */
export function decodeSyscalls(payload: Uint8Array): { first: number; refs: SyscallRef[] } {
  const whole = unpackJson(payload);
  if (!Array.isArray(whole) || whole.length !== 2 || !isIndex(whole[0]) || !Array.isArray(whole[1])) {
    throw wrong('list of system calls');
  }
  return { first: whole[0], refs: whole[1].map(decodeRef) };
}

function decodeRef(value: unknown): SyscallRef {
  if (!Array.isArray(value) || typeof value[1] !== 'number' || typeof value[2] !== 'string')
    throw wrong('system call');
  const arch = (Object.keys(ARCHS) as Arch[]).find((name) => ARCHS[name].code === value[0]); // keys of a const table
  if (arch === undefined) throw wrong('arch');
  return { arch, nr: value[1], name: value[2] };
}

function packJson(value: unknown): Uint8Array {
  const out = new ByteWriter();
  writePacked(out, encodeUtf8(JSON.stringify(value)));
  return out.bytes();
}

function unpackJson(payload: Uint8Array): unknown {
  const from = new ByteReader(payload);
  const json = decodeUtf8(readPacked(from));
  from.end('a description');
  try {
    return JSON.parse(json);
  } catch {
    throw wrong('JSON');
  }
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('object');
  return value as Record<string, unknown>; // an object that is no list; its fields are checked one by one
}

function text(fields: Record<string, unknown>, key: string): string {
  const value = fields[key];
  if (typeof value !== 'string') throw wrong(key);
  return value;
}

function number(fields: Record<string, unknown>, key: string): number {
  const value = fields[key];
  if (typeof value !== 'number') throw wrong(key);
  return value;
}

function list(fields: Record<string, unknown>, key: string): readonly unknown[] {
  const value = fields[key];
  if (!Array.isArray(value)) throw wrong(key);
  return value;
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff;
}

function wrong(what: string): FormatError {
  return new FormatError('bad-meta', `no ${what}`);
}
