// Logs of strace in tests: from a text or a case file to rows that read like the domain.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  ARG_KINDS,
  MEMORY_FLAGS,
  RECORD_FLAGS,
  RECORD_KINDS,
  createStraceImporter,
} from '../../traces/index.ts';
import type {
  Block,
  BlockSink,
  RecordFlag,
  RecordKind,
  RecordingFooter,
  RecordingHeader,
  StraceOptions,
  StringTable,
  SyscallRef,
} from '../../traces/index.ts';

const CASES = join(import.meta.dirname, '..', 'cases', 'strace');

/** One span of memory behind an argument. */
export interface MemoryView {
  readonly arg: number;
  /** Bytes as latin1 text. */
  readonly bytes: string;
  readonly trueLength: number;
  readonly flags: readonly string[];
  readonly address: bigint;
}

/** One argument: its value, the name of its kind, its text. */
export interface ArgView {
  readonly kind: string;
  readonly value: bigint;
  readonly text: string;
}

/** One record, readable. */
export interface RowView {
  readonly kind: RecordKind;
  readonly name: string;
  readonly arch: string;
  readonly nr: number;
  readonly flags: readonly RecordFlag[];
  readonly line: number;
  readonly source: number;
  readonly enterNs: number;
  readonly exitNs: number;
  readonly tid: number;
  readonly tgid: number;
  readonly comm: string;
  /** Up to the last argument that is not absent. */
  readonly args: readonly ArgView[];
  readonly ret: bigint;
  readonly errno: number;
  readonly retText: string;
  readonly memory: readonly MemoryView[];
}

/** All that an import gave. */
export interface ImportView {
  readonly header: RecordingHeader;
  readonly strings: StringTable;
  readonly syscalls: readonly SyscallRef[];
  readonly blocks: readonly Block[];
  readonly footer: RecordingFooter;
  rows(): RowView[];
  /** Rows that are calls. */
  calls(): RowView[];
}

/** A file of an import; `pieces` are pushed one by one. */
export interface SourceView {
  readonly name: string;
  readonly pieces: readonly Uint8Array[];
}

/** Imports files. */
export function importSources(sources: readonly SourceView[], options: StraceOptions = {}): ImportView {
  const blocks: Block[] = [];
  const opened: Parameters<BlockSink['open']>[] = [];
  let closed: RecordingFooter | undefined;
  const importer = createStraceImporter(
    {
      open: (...given) => opened.push(given),
      block: (block) => blocks.push(block),
      close: (footer) => {
        closed = footer;
      },
    },
    options,
  );
  for (const { name, pieces } of sources) {
    importer.file(name);
    for (const piece of pieces) importer.push(piece);
    importer.endFile();
  }
  const footer = importer.end();
  const [first] = opened;
  if (first === undefined || opened.length !== 1 || closed !== footer)
    throw new Error('open and close once, footer the same');
  const [header, strings, syscalls] = first;
  const rows = (): RowView[] => blocks.flatMap((block) => rowsOf(block, strings, syscalls));
  return {
    header,
    strings,
    syscalls,
    blocks,
    footer,
    rows,
    calls: () => rows().filter((row) => row.kind === 'call'),
  };
}

/** Imports a log given as text, one byte a character. */
export function importText(text: string, options: StraceOptions = {}): ImportView {
  return importSources([{ name: 'test.log', pieces: [Buffer.from(text, 'latin1')] }], options);
}

/** Bytes of a file of test/cases/strace, unpacked: 'dd.strace', 'variants/06-f-r.strace'. */
export function caseBytes(name: string): Uint8Array {
  return gunzipSync(readFileSync(join(CASES, `${name}.gz`)));
}

/** Text of a case file that is not packed. */
export function caseText(name: string): string {
  return readFileSync(join(CASES, name), 'latin1');
}

/** Names of all packed logs in a folder of test/cases/strace, without `.gz`. */
export function caseNames(folder: string): string[] {
  return readdirSync(join(CASES, folder))
    .filter((name) => name.endsWith('.gz'))
    .map((name) => join(folder, name.slice(0, -3)));
}

/** Imports one file of test/cases/strace. */
export function importCase(name: string): ImportView {
  return importSources([{ name, pieces: [caseBytes(name)] }]);
}

function rowsOf(block: Block, strings: StringTable, syscalls: readonly SyscallRef[]): RowView[] {
  return Array.from({ length: block.count }, (_, i) => rowOf(block, i, strings, syscalls));
}

function rowOf(block: Block, i: number, strings: StringTable, syscalls: readonly SyscallRef[]): RowView {
  const sys = syscalls[block.sys[i]!];
  const args = Array.from({ length: 6 }, (_, arg) => ({
    kind: nameOf(ARG_KINDS, block.argKinds[i * 6 + arg]!),
    value: block.args[i * 6 + arg]!,
    text: latin1(strings.bytes(block.argText[i * 6 + arg]!)),
  }));
  while (args.length > 0 && args.at(-1)!.kind === 'absent' && args.at(-1)!.text === '') args.pop();
  return {
    kind: Object.entries(RECORD_KINDS).find(([, row]) => row.code === block.kind[i])![0] as RecordKind,
    name: sys?.name ?? '',
    arch: sys?.arch ?? '',
    nr: sys?.nr ?? -1,
    flags: Object.entries(RECORD_FLAGS).flatMap(([name, bit]) =>
      (block.flags[i]! & bit) === 0 ? [] : [name as RecordFlag],
    ),
    line: block.line[i]!,
    source: block.source[i]!,
    enterNs: block.enterNs[i]!,
    exitNs: block.exitNs[i]!,
    tid: block.tid[i]!,
    tgid: block.tgid[i]!,
    comm: latin1(strings.bytes(block.comm[i]!)),
    args,
    ret: block.ret[i]!,
    errno: block.errno[i]!,
    retText: latin1(strings.bytes(block.retText[i]!)),
    memory: Array.from({ length: block.memStart[i + 1]! - block.memStart[i]! }, (_, n) =>
      memoryOf(block, block.memStart[i]! + n, strings),
    ),
  };
}

function memoryOf(block: Block, span: number, strings: StringTable): MemoryView {
  return {
    arg: block.memArg[span]!,
    bytes: latin1(strings.bytes(block.memBytes[span]!)),
    trueLength: block.memTrueLength[span]!,
    flags: Object.entries(MEMORY_FLAGS).flatMap(([name, bit]) =>
      (block.memFlags[span]! & bit) === 0 ? [] : [name],
    ),
    address: block.memAddress[span]!,
  };
}

function nameOf(table: Readonly<Record<string, number>>, code: number): string {
  return Object.keys(table).find((key) => table[key] === code) ?? `code ${code}`;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
