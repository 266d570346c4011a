// Is this a log of strace? Judged by the first 64 KiB, with the same reader of prefixes as the import itself.
import { isSyscallName } from '../../tables/syscalls.ts';
import { ByteBuffer, CH, ascii } from '../bytes.ts';
import { ACCEPTED, REFUSALS, type Refusal } from '../errors.ts';
import { findMessage, isAttachment, isSummary } from './lines.ts';
import { PrefixReader } from './prefix.ts';

/** Bytes that are looked at. */
export const HEAD_BYTES = 65_536;
/** Share of lines that must be strace's when the first one is not: output of the program may come first. */
const MIN_SHARE = 0.2;
/** Lines of strace, if they are most of all so far, after which there is no doubt. */
const ENOUGH = 20;
const RAW_NAME = 'syscall_0x';
const MARKS = [
  ascii('<... '),
  ascii('--- SIG'),
  ascii('--- stopped by SIG'),
  ascii('+++ exited with '),
  ascii('+++ killed by SIG'),
  ascii('+++ superseded by execve in pid '),
];
const RESULT = ascii(') ');
const ENDINGS = [ascii('= '), ascii('<unfinished ...>'), ascii('<detached ...>')];
const PERF = [ascii('raw_syscalls:'), ascii('syscalls:sys_')];
const UTF16 = new Set([0xfffe, 0xfeff]);
const ZIPS = [
  [0x1f, 0x8b],
  [0x28, 0xb5, 0x2f, 0xfd],
  [0xfd, 0x37, 0x7a, 0x58],
  [0x42, 0x5a, 0x68],
  [0x50, 0x4b, 3, 4],
] as const;

/** Whether `head`, the first bytes of a file (64 KiB are enough), is a log that strace wrote. */
export function recogniseStrace(head: Uint8Array): { ok: true } | { ok: false; reason: string } {
  const refusal = refuse(head.subarray(0, HEAD_BYTES));
  return refusal === undefined ? { ok: true } : { ok: false, reason: `${REFUSALS[refusal]}; ${ACCEPTED}` };
}

/** Why `head` is no log of strace; undefined if it is one. */
export function refuse(head: Uint8Array): Refusal | undefined {
  const text = new ByteBuffer(head.length + 1);
  text.append(head, 0, head.length);
  if (head.length === 0) return 'empty';
  if (ZIPS.some((magic) => magic.every((byte, i) => head[i] === byte))) return 'compressed';
  const prefix = new PrefixReader();
  let lines = 0;
  let calls = 0;
  let marks = 0;
  let messages = 0;
  let summary = false;
  let perf = 0;
  let firstIsOurs = false;
  for (let start = 0; start < head.length;) {
    const newline = head.indexOf(CH.newline, start);
    const cut = newline < 0;
    const end = cut ? head.length : newline;
    const kind = judge(text, start, end, prefix);
    if (kind === 'call') calls++;
    if (kind === 'mark') marks++;
    if (kind === 'message') messages++;
    if (kind === 'summary' && (lines === 0 || messages > 0)) summary = true;
    if (PERF.some((word) => text.indexOf(start, Math.min(end, start + 120), word) >= 0)) perf++;
    if (kind !== 'blank' && !(cut && kind === 'other' && lines > 0)) {
      if (lines === 0) firstIsOurs = kind === 'call' || kind === 'mark' || kind === 'message';
      lines++;
    }
    if (calls + marks >= ENOUGH && (calls + marks) * 2 > lines) return undefined;
    start = end + 1;
  }
  if (lines === 0) return 'empty';
  if (perf * 2 > lines) return 'perf';
  if (summary && calls + marks === 0) return 'summary';
  const ours = calls + marks + messages;
  if (ours > 0 && (firstIsOurs || ours / lines >= MIN_SHARE)) return undefined;
  if (head.includes(0) || UTF16.has((head[0]! << 8) | (head[1] ?? 0))) return 'binary';
  return 'foreign';
}

type LineKind = 'call' | 'mark' | 'message' | 'summary' | 'blank' | 'other';

function judge(text: ByteBuffer, start: number, end: number, prefix: PrefixReader): LineKind {
  if (isAttachment(text, start, end)) return 'blank';
  if (isSummary(text, start, end)) return 'summary';
  const pos = prefix.read(text, start, end);
  if (MARKS.some((mark) => text.startsWith(pos, end, mark))) return 'mark';
  const message = findMessage(text, start, end);
  if (message !== undefined && message.tid >= 0 && message.start === start) return 'message';
  const p = text.skipWord(pos, end);
  if (p === pos || text.bytes[p] !== CH.paren) return 'other';
  const name = text.latin1(pos, Math.min(p, pos + 64));
  if (prefix.nr < 0 && !isSyscallName(name) && !name.startsWith(RAW_NAME)) return 'other';
  return isCallTail(text, p, end) || message !== undefined || end === text.length ? 'call' : 'other';
}

/** Whether a result or a mark of an unfinished call stands somewhere behind the name. */
function isCallTail(text: ByteBuffer, pos: number, end: number): boolean {
  for (let p = text.indexOf(pos, end, RESULT); p >= 0; p = text.indexOf(p + 1, end, RESULT)) {
    const after = text.skipSpaces(p + 1, end);
    if (text.startsWith(after, end, ENDINGS[0]!)) return true;
  }
  return ENDINGS.slice(1).some((word) => text.indexOf(pos, end, word) >= 0);
}
