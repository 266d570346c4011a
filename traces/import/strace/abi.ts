// Which ABI a thread's calls are made through. strace prints a number of the caller's ABI (-n) and never says of which; without numbers
// there are the names, and where a name is in several tables a guess until evidence comes.
import { ARCHS, RECORD_FLAGS } from '../../event.ts';
import type { InternTable } from '../intern.ts';
import type { OpenBlock } from '../open-block.ts';
import { ARCH_NAMES, type CallInfo, type CallTable, SPECIAL } from './calls.ts';
import type { ResultReader } from './result.ts';
import type { Thread } from './threads.ts';

const FLAG = RECORD_FLAGS;
const EFFECT = SPECIAL;
/** Calls that may wait for evidence of their ABI before the guess stands. */
const MAX_UNSURE = 64;
/** i386 calls through which others are made; with -n strace prints their number beside the name of the other. */
const I386_GATES: ReadonlySet<number> = new Set([102, 117]);
/** Where e_machine stands in an ELF header, and what it says. */
const ELF_MACHINE = 18;
const MACHINES: Readonly<Record<number, number>> = {
  3: ARCHS.i386.code,
  62: ARCHS.x86_64.code,
  183: ARCHS.arm64.code,
};

/** Finds the ABI of calls, and puts rows right that were written on a guess. */
export class AbiJudge {
  readonly #strings: InternTable;
  readonly #calls: CallTable;

  constructor(strings: InternTable, calls: CallTable) {
    this.#strings = strings;
    this.#calls = calls;
  }

  /** What is known of a call of `thread`; settles the thread's ABI by the name and the number printed beside it (-1 none). */
  resolve(thread: Thread, nameId: number, nr: number): CallInfo {
    const calls = this.#calls;
    if (nr >= 0) {
      if (calls.numberOf(nameId, thread.arch) !== nr) this.#switchByNumber(thread, nameId, nr);
      else if (!thread.archSure) this.settle(thread, thread.arch);
    } else if (!calls.has(nameId, thread.arch)) {
      const arch = ARCH_NAMES.findIndex((_, code) => calls.has(nameId, code));
      if (arch >= 0) this.settle(thread, arch);
    }
    return calls.info(nameId, thread.arch, nr);
  }

  /** Writes what is known of a call into a row that stays; rows of a thread whose ABI is a guess are remembered. */
  enter(thread: Thread, nameId: number, info: CallInfo, block: OpenBlock, row: number): void {
    block.sys[row] = info.sys;
    if (!info.known) block.flags[row]! |= FLAG.unknownCall;
    if (thread.archSure) return;
    if (thread.unsure.length < MAX_UNSURE) thread.unsure.push({ block, row, nameId });
    else this.settle(thread, thread.arch);
  }

  /** The ABI of a thread is known: rows written on a guess are put right. */
  settle(thread: Thread, arch: number): void {
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
    if (arch >= 0) this.settle(thread, arch);
  }

  /**
   * Evidence of the ABI in a log without call numbers: a pointer that needs 64 bits, the header of a library that was mapped.
   * `readBytes` is the id of what a read got, 0 none.
   */
  weigh(thread: Thread, info: CallInfo, result: ResultReader, readBytes: number): void {
    if (info.arch === 'i386' && result.errno === 0 && result.hi !== 0 && result.hi !== 0xffffffff)
      this.settle(thread, ARCHS.x86_64.code);
    if (info.special !== EFFECT.read || result.errno !== 0) return;
    if (this.#strings.byteLength(readBytes) <= ELF_MACHINE) return;
    const header = this.#strings.bytes(readBytes);
    if (header[0] !== 0x7f || header[1] !== 0x45 || header[2] !== 0x4c || header[3] !== 0x46) return;
    const arch = MACHINES[header[ELF_MACHINE]!];
    if (arch !== undefined) this.settle(thread, arch);
  }
}
