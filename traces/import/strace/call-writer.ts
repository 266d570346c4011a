// Writes a call into its row, and draws the consequences: ABI, threads that were born, names of programs.
import { ARCHS, MEMORY_FLAGS, NO_SYSCALL, RECORD_FLAGS, RECORD_KINDS } from '../../event.ts';
import { type ByteBuffer, CH } from '../bytes.ts';
import type { BlockBuilder } from '../builder.ts';
import type { InternTable } from '../intern.ts';
import type { OpenBlock } from '../open-block.ts';
import { ArgumentReader } from './arguments.ts';
import { ARCH_NAMES, type CallInfo, type CallTable, SPECIAL } from './calls.ts';
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
/** Where e_machine stands in an ELF header, and what it says. */
const ELF_MACHINE = 18;
const MACHINES: Readonly<Record<number, number>> = {
  3: ARCHS.i386.code,
  62: ARCHS.x86_64.code,
  183: ARCHS.arm64.code,
};
/** Calls that may wait for evidence of their ABI before the guess stands. */
const MAX_UNSURE = 64;
/** i386 calls through which others are made; with -n strace prints their number beside the name of the other. */
const I386_GATES: ReadonlySet<number> = new Set([102, 117]);

/** Reads calls into rows. */
export class CallWriter {
  readonly result: ResultReader;
  /** The log names the threads itself (-Y): nothing is inferred. */
  commsPrinted = false;
  /** Several files, one a thread: births are put in order at the end. */
  splitFiles = false;
  readonly #args: ArgumentReader;
  readonly #strings: InternTable;
  readonly #calls: CallTable;
  readonly #threads: ThreadTable;
  readonly #builder: BlockBuilder;

  constructor(strings: InternTable, calls: CallTable, threads: ThreadTable, builder: BlockBuilder) {
    this.#strings = strings;
    this.#calls = calls;
    this.#threads = threads;
    this.#builder = builder;
    this.#args = new ArgumentReader(strings);
    this.result = new ResultReader(strings, this.#args.scanner);
  }

  /** What is known of a call of `thread`; settles the thread's ABI by the name and the number printed beside it (-1 none). */
  resolve(thread: Thread, nameId: number, nr: number): CallInfo {
    const calls = this.#calls;
    if (nr >= 0) {
      if (calls.numberOf(nameId, thread.arch) !== nr) this.#switchByNumber(thread, nameId, nr);
      else if (!thread.archSure) this.#settle(thread, thread.arch);
    } else if (!calls.has(nameId, thread.arch)) {
      const arch = ARCH_NAMES.findIndex((_, code) => calls.has(nameId, code));
      if (arch >= 0) this.#settle(thread, arch);
    }
    return calls.info(nameId, thread.arch, nr);
  }

  /** Writes what is known of a call into a row that stays; rows of a thread whose ABI is a guess are remembered. */
  enter(thread: Thread, nameId: number, info: CallInfo, block: OpenBlock, row: number): void {
    block.sys[row] = info.sys;
    if (!info.known) block.flags[row]! |= FLAG.unknownCall;
    if (thread.archSure) return;
    if (thread.unsure.length < MAX_UNSURE) thread.unsure.push({ block, row, nameId });
    else this.#settle(thread, thread.arch);
  }

  /** The ABI of a thread is known: rows written on a guess are put right. */
  #settle(thread: Thread, arch: number): void {
    if (thread.arch !== arch) {
      thread.arch = arch;
      for (const { block, row, nameId } of thread.unsure) {
        if (block.released) continue;
        const info = this.#calls.info(nameId, arch, -1);
        block.sys[row] = info.sys;
        block.flags[row] = info.known
          ? block.flags[row]! & ~FLAG.unknownCall
          : block.flags[row]! | FLAG.unknownCall;
      }
    }
    thread.archSure = true;
    thread.unsure.length = 0;
  }

  #switchByNumber(thread: Thread, nameId: number, nr: number): void {
    let arch = ARCH_NAMES.findIndex((_, code) => this.#calls.numberOf(nameId, code) === nr);
    if (arch < 0 && I386_GATES.has(nr) && this.#calls.has(nameId, ARCHS.i386.code)) arch = ARCHS.i386.code;
    if (arch >= 0) this.#settle(thread, arch);
  }

  /** strace said which ABI a thread runs in. */
  setArch(thread: Thread, arch: number): void {
    this.#settle(thread, arch);
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
    if (info.special === EFFECT.write) args.ungluedSize(block, row, result.lo);
    args.settleLengths(info, block, row, result.lo, result.hi, (result.flags & FLAG.noReturn) === 0);
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
    args.settleLengths(info, block, row, 0, 0, false);
  }

  /** What follows from a call that is complete. `birth` is the row of its first half, from which on a child may have spoken. */
  conclude(thread: Thread, info: CallInfo, block: OpenBlock, row: number): void {
    const result = this.result;
    if (!thread.archSure) this.#weigh(thread, info, block, row);
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
        if (!this.commsPrinted && block.args[row * 12] === SET_NAME)
          thread.comm = this.#cutComm(this.#span(block, row, 1), false);
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

  /** Evidence of the ABI in a log without call numbers: a pointer that needs 64 bits, the header of a library that was mapped. */
  #weigh(thread: Thread, info: CallInfo, block: OpenBlock, row: number): void {
    const { result } = this;
    if (info.arch === 'i386' && result.errno === 0 && result.hi !== 0 && result.hi !== 0xffffffff)
      this.#settle(thread, ARCHS.x86_64.code);
    if (info.special !== EFFECT.read || result.errno !== 0) return;
    const id = this.#span(block, row, 1, true);
    if (this.#strings.byteLength(id) <= ELF_MACHINE) return;
    const header = this.#strings.bytes(id);
    if (header[0] !== 0x7f || header[1] !== 0x45 || header[2] !== 0x4c || header[3] !== 0x46) return;
    const arch = MACHINES[header[ELF_MACHINE]!];
    if (arch !== undefined) this.#settle(thread, arch);
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
    if (path !== 0) thread.comm = this.#cutComm(path, true);
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
