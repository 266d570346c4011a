// Recordings followed by what is known of processes: logs as text, without the recorder's notes on descriptors, and facts as text.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  createCursor,
  createProcesses,
  createSctWriter,
  createStraceImporter,
  openSct,
} from '../../traces/index.ts';
import type { Cursor, Processes, Recording } from '../../traces/index.ts';
import type { EventPoint, TaskFacts } from '../../vm/index.ts';
import { joined } from './blocks.ts';

/** The lines of the log `name` of test/cases/strace, one character a byte. */
export function logLines(name: string): string[] {
  const path = join(import.meta.dirname, '..', 'cases', 'strace', `${name}.strace.gz`);
  return gunzipSync(readFileSync(path)).toString('latin1').split('\n');
}

/** An open recording of the text of a log. */
export function recordingOfText(text: string): Recording {
  const pieces: Uint8Array[] = [];
  const importer = createStraceImporter(createSctWriter((piece) => pieces.push(piece)));
  importer.file('test.strace');
  importer.push(Buffer.from(text, 'latin1'));
  importer.endFile();
  importer.end();
  return openSct(joined(pieces));
}

/** A line as strace prints it without -y and -Y: what stands in `<>` behind numbers is gone, but for strings and durations. */
export function withoutNotes(line: string): string {
  let out = '';
  for (let i = 0; i < line.length;) {
    const end = line[i] === '"' ? stringEnd(line, i) : Math.max(i + 1, digitsEnd(line, i));
    const isNumber = end > i + 1 || /\d/.test(line[i]!);
    out += line.slice(i, end);
    i = line[i] !== '"' && isNumber && line[end] === '<' ? noteEnd(line, end) : end;
  }
  return out;
}

function stringEnd(line: string, start: number): number {
  let end = start + 1;
  while (end < line.length && line[end] !== '"') end += line[end] === '\\' ? 2 : 1;
  return end + 1;
}

function digitsEnd(line: string, start: number): number {
  let end = start;
  while (/\d/.test(line[end] ?? '')) end++;
  return end;
}

function noteEnd(line: string, start: number): number {
  let depth = 0;
  for (let i = start; i < line.length; i++) {
    if (line[i] === '<') depth++;
    else if (line[i] === '>' && line[i - 1] !== '-' && --depth === 0)
      return line.startsWith('(deleted)', i + 1) ? i + 10 : i + 1;
  }
  return line.length;
}

/** What is seen at a point, once `before` took it in. */
export interface Seen {
  readonly cursor: Cursor;
  readonly processes: Processes;
  readonly events: readonly EventPoint[];
}

/** Plays a recording and shows every point. */
export function follow(recording: Recording, see: (seen: Seen) => void): void {
  const cursor = createCursor(recording);
  const processes = createProcesses(recording);
  while (cursor.advance(Number.POSITIVE_INFINITY)) {
    see({ cursor, processes, events: processes.before(cursor) });
    processes.take(cursor);
  }
}

/** Bytes as text, one character a byte; '?' unknown. */
export function shown(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '?' : Buffer.from(bytes).toString('latin1');
}

/** Everything that is known of a task, as lines of text. */
export function describeTask(task: TaskFacts | undefined): string[] {
  if (task === undefined) return ['nothing'];
  const { process, parent } = task;
  const lines = [
    `task ${task.tid}/${task.tgid} ${shown(task.comm)} from ${task.startNs} code ${task.exitCode}`,
    `parent ${parent?.tid} ${shown(parent?.comm)} of ${parent?.parent?.tid}`,
    `ids ${JSON.stringify(task.ids)}`,
    `cwd ${shown(process?.cwd)} exe ${shown(process?.exe)} umask ${process?.umask} threads ${process?.threads}`,
    `args ${process?.args?.map(shown).join('|')} ns ${JSON.stringify(process?.namespaces)}`,
  ];
  for (let fd = 0; fd < 64; fd++) {
    const file = process?.file(fd);
    if (file !== undefined) lines.push(`${fd} ${describeFile(process, fd)}`);
  }
  return lines;
}

/** What is known of a descriptor. */
export function describeFile(process: TaskFacts['process'], fd: number): string {
  const file = process?.file(fd);
  if (file === undefined) return 'nothing';
  const { path, type, flags, inode, device, socket } = file;
  const numbers = [flags?.toString(16), inode, device].map((value) => value ?? '-').join(' ');
  const { family, type: kind, protocol, local, remote } = socket ?? {};
  const sides = [local, remote].map((side) => (side === undefined ? '-' : Buffer.from(side).toString('hex')));
  const named =
    socket === undefined
      ? ''
      : ` ${[family, kind, protocol].map((n) => n ?? '-').join(',')} ${sides.join(' ')}`;
  return `${shown(path)} ${type ?? '-'} ${numbers}${named}`;
}
