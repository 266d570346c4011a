// Writes a call into its row, and draws the consequences: ABI, threads that were born, names of programs.
import { MEMORY_FLAGS, NO_SYSCALL, RECORD_FLAGS, RECORD_KINDS } from '../../event.ts';
import { type ByteBuffer, CH } from '../bytes.ts';
import type { BlockBuilder } from '../builder.ts';
import type { InternTable } from '../intern.ts';
import type { OpenBlock } from '../open-block.ts';
import { ArgumentReader } from './arguments.ts';
import { AbiJudge } from './abi.ts';
import { type CallInfo, type CallTable, SPECIAL } from './calls.ts';
import { ResultReader } from './result.ts';
import type { Thread, ThreadTable } from './threads.ts';

const C = CH;
const FLAG = RECORD_FLAGS;
const RECORD = RECORD_KINDS;
const NO_CALL = NO_SYSCALL;
const EFFECT = SPECIAL;
const MEMORY = MEMORY_FLAGS;

/** How a call's text was: all of it there; its end missing; something in it that strace does not print. */
export const TEXT = { whole: 0, cut: 1, odd: 2 } as const;

const CLONE_THREAD = 0x10000;
/** PR_SET_NAME of prctl. */
const SET_NAME = 15;
/** Bytes of a thread's name in the kernel, without the NUL. */
const COMM_BYTES = 15;

/** Reads calls into rows. */
export class CallWriter {
  readonly result: ResultReader;
  readonly abi: AbiJudge;
  /** The log names the threads itself (-Y): nothing is inferred. */
  commsPrinted = false;
  /** Several files, one a thread: births are put in order at the end. */
  splitFiles = false;
  readonly #args: ArgumentReader;
  readonly #strings: InternTable;
  readonly #threads: ThreadTable;
  readonly #builder: BlockBuilder;

  constructor(strings: InternTable, calls: CallTable, threads: ThreadTable, builder: BlockBuilder) {
    this.#strings = strings;
    this.#threads = threads;
    this.#builder = builder;
    this.#args = new ArgumentReader(strings);
    this.result = new ResultReader(strings, this.#args.scanner);
    this.abi = new AbiJudge(strings, calls);
  }

  /**
   * Reads the arguments and the result from `pos` (after the opening parenthesis) into the row. Says how the text was; unless it was
   * whole the row holds no arguments. The reader's `result` is that of the last call.
   */
  write(text: ByteBuffer, pos: number, end: number, info: CallInfo, block: OpenBlock, row: number): number {
    const args = this.#args;
    const after = args.scanner.scan(text.bytes, pos, end);
    if (after < 0) return TEXT.cut;
    const result = this.result;
    if (!result.read(text, after, end)) return TEXT.odd;
    if (!args.read(text, info, block, row)) {
      block.clearArgs(row);
      return TEXT.odd;
    }
    if (info.special === EFFECT.write) args.memory.ungluedSize(block, row, result.lo);
    args.memory.settleLengths(info, block, row, result.lo, result.hi, (result.flags & FLAG.noReturn) === 0);
    this.#setResult(info, block, row);
    return TEXT.whole;
  }

  /** Reads only the result of a call whose first half is missing. False where none stands behind the arguments. */
  writeResult(
    text: ByteBuffer,
    pos: number,
    end: number,
    info: CallInfo,
    block: OpenBlock,
    row: number,
  ): boolean {
    const after = this.#args.scanner.scan(text.bytes, pos, end);
    if (after < 0 || !this.result.read(text, after, end)) return false;
    this.#setResult(info, block, row);
    return true;
  }

  #setResult(info: CallInfo, block: OpenBlock, row: number): void {
    const { result } = this;
    block.ret[row * 2] = result.lo;
    block.ret[row * 2 + 1] = result.hi;
    block.errno[row] = result.errno;
    block.retText[row] = result.text;
    block.flags[row]! |= result.flags | (info.special === EFFECT.sigreturn ? FLAG.registerReturn : 0);
  }

  /** Reads the arguments of a call that has no result. Whatever cannot be read is left out. */
  writeUnfinished(
    text: ByteBuffer,
    pos: number,
    end: number,
    info: CallInfo,
    block: OpenBlock,
    row: number,
  ): void {
    const args = this.#args;
    args.scanner.scan(text.bytes, pos, end);
    args.read(text, info, block, row);
    args.memory.settleLengths(info, block, row, 0, 0, false);
  }

  /** What follows from a call that is complete. `birth` is the row of its first half, from which on a child may have spoken. */
  conclude(thread: Thread, info: CallInfo, block: OpenBlock, row: number): void {
    const result = this.result;
    if (!thread.archSure) this.abi.weigh(thread, info, result, this.#span(block, row, 1, true));
    if (info.special === EFFECT.none) return;
    if (info.special === EFFECT.exit) thread.exiting = true;
    if (result.errno !== 0 || (result.flags & FLAG.noReturn) !== 0) return;
    switch (info.special) {
      case EFFECT.clone:
        if (result.lo > 0 && result.hi === 0 && !this.splitFiles)
          this.#birth(thread, info, block, row, result.lo);
        break;
      case EFFECT.exec:
        this.#exec(thread, info, block, row);
        break;
      case EFFECT.ownId:
        if (this.#threads.unnamed === thread && result.hi === 0 && result.lo > 0)
          this.nameThread(thread, result.lo);
        break;
      case EFFECT.prctl:
        if (!this.commsPrinted && block.args[row * 12] === SET_NAME) thread.comm = this.#named(block, row);
        break;
      case EFFECT.wait: {
        const child = this.#threads.find(result.lo);
        if (result.lo > 0 && child?.exiting === true) this.#threads.remove(child);
        break;
      }
      default:
        break;
    }
  }

  /** The thread that had no tid has one; its rows are put right. */
  nameThread(thread: Thread, tid: number): void {
    const old = thread.tid;
    this.#threads.rename(thread, tid);
    for (const block of this.#builder.held) {
      for (let row = 0; row < block.count; row++) {
        if (block.tgid[row] === old) block.tgid[row] = tid;
        if (block.tid[row] === old) block.tid[row] = tid;
      }
    }
    for (const other of this.#threads.alive) if (other.tgid === old) other.tgid = tid;
  }

  #birth(parent: Thread, info: CallInfo, block: OpenBlock, row: number, tid: number): void {
    const spoke = this.#threads.find(tid) !== undefined;
    const child = this.#threads.get(tid);
    const text = info.name === 'clone3' ? this.#strings.text(block.argText[row * 6]!) : '';
    child.tgid = makesThread(text, block.args[row * 12]!) ? parent.tgid : tid;
    const comm = parent.comm;
    if (child.comm === 0) child.comm = comm;
    if (!child.archSure) {
      child.arch = parent.arch;
      child.archSure = parent.archSure;
    }
    if (!spoke) return;
    // lines of the child that stand before the return of the clone: they are later than its first half
    const held = this.#builder.held;
    for (let i = held.indexOf(block); i < held.length; i++) {
      const other = held[i]!;
      for (let r = other === block ? row + 1 : 0; r < other.count; r++) {
        if (other.tid[r] !== tid) continue;
        other.tgid[r] = child.tgid;
        if (other.comm[r] === 0) other.comm[r] = comm;
      }
    }
  }

  #exec(thread: Thread, info: CallInfo, block: OpenBlock, row: number): void {
    thread.archSure = false;
    if (this.commsPrinted) return;
    const path = this.#span(block, row, info.name === 'execveat' ? 1 : 0);
    thread.comm = path === 0 ? 0 : this.#cutComm(path, true);
  }

  /** The name that prctl gave, which strace cuts where the kernel does; 0 where less of it is known. */
  #named(block: OpenBlock, row: number): number {
    const whole = this.#span(block, row, 1);
    if (whole !== 0) return this.#cutComm(whole, false);
    const start = this.#span(block, row, 1, true);
    return this.#strings.bytes(start).length < COMM_BYTES ? 0 : this.#cutComm(start, false);
  }

  /** The string behind argument `arg` of a row that was just written, 0 none; cut ones where `cut` says so. */
  #span(block: OpenBlock, row: number, arg: number, cut = false): number {
    const spans = block.spans;
    for (let i = spans.count - 1; i >= 0 && spans.row[i] === row; i--) {
      if (spans.arg[i] === arg) return cut || (spans.flags[i]! & MEMORY.cut) === 0 ? spans.bytes[i]! : 0;
    }
    return 0;
  }

  /** A thread name from a string: of a path the part after the last slash, at most 15 bytes. */
  #cutComm(id: number, isPath: boolean): number {
    const bytes = this.#strings.bytes(id);
    const start = isPath ? bytes.lastIndexOf(C.slash) + 1 : 0;
    return this.#strings.internBytes(bytes.subarray(start, start + COMM_BYTES));
  }

  /** Starts a row of `kind` for a thread at the end of the open block; the caller fills the rest and raises `count`. */
  startRow(
    kind: keyof typeof RECORD_KINDS,
    thread: Thread,
    line: number,
    source: number,
    enterNs: number,
    flags: number,
  ): OpenBlock {
    const block = this.#builder.next();
    const row = block.count;
    block.kind[row] = RECORD[kind].code;
    block.flags[row] = flags;
    block.line[row] = line;
    block.source[row] = source;
    block.enterNs[row] = enterNs;
    block.tid[row] = thread.tid;
    block.tgid[row] = thread.tgid;
    block.comm[row] = thread.comm;
    block.exitNs[row] = Number.NaN;
    block.sys[row] = NO_CALL;
    return block;
  }
}

/** Whether a clone made a thread of the same process: `struct` is the text of clone3's argument, or empty, then `flags` are clone's. */
export function makesThread(struct: string, flags: number): boolean {
  if (struct === '') return (flags & CLONE_THREAD) !== 0;
  const printed = /\bflags=([^,}]*)/.exec(struct)?.[1] ?? '';
  return printed.split('|').some((part) => part === 'CLONE_THREAD' || (Number(part) & CLONE_THREAD) !== 0);
}
