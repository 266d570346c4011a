// The call that a cursor stands at, as those read it who follow processes: numbers, text, paths of its arguments. One object, reused.
import { ARG_KINDS, MEMORY_FLAGS, NO_SYSCALL } from '../../event.ts';
import type { Arch, Block, SyscallRef } from '../../event.ts';
import { evaluate } from '../../import/strace/symbols.ts';
import { outcomeFlags } from '../../outcome-flags.ts';
import type { Recording } from '../../recording.ts';
import { userStructs } from '../user-structs.ts';
import { latin1 } from './path.ts';

const patterns = new Map<string, RegExp>();

/** What finds a printed member; made once for each name. */
export function memberPattern(name: string): RegExp {
  let pattern = patterns.get(name);
  if (pattern === undefined) patterns.set(name, (pattern = new RegExp(`\\b${name}=([^,}<]*)`)));
  return pattern;
}

/** Moves with the cursor. */
export class Call {
  block!: Block;
  row = 0;
  atNs = 0;
  readonly recording: Recording;
  /** The arguments of the block as 32-bit halves, once one was asked for. */
  #low: Int32Array | undefined = undefined;

  constructor(recording: Recording) {
    this.recording = recording;
  }

  openBlock(block: Block): void {
    this.block = block;
    this.#low = undefined;
  }

  get ref(): SyscallRef | undefined {
    const sys = this.block.sys[this.row]!;
    return sys === NO_SYSCALL ? undefined : this.recording.syscalls[sys];
  }

  get arch(): Arch {
    return this.ref?.arch ?? 'x86_64';
  }

  /** The value that the call returned, or the number of a mark; -errno of one that failed. */
  get ret(): number {
    return Number(this.block.ret[this.row]!);
  }

  /** RECORD_FLAGS, without `halved`. */
  get flags(): number {
    return outcomeFlags(this.block)[this.row]!;
  }

  get errno(): number {
    return this.block.errno[this.row]!;
  }

  /** Whether the recorder told the value of an argument. */
  knows(arg: number): boolean {
    return this.block.argKinds[this.row * 6 + arg] === ARG_KINDS.value;
  }

  /** An argument as an int; 0 where it is unknown. */
  int(arg: number): number {
    this.#low ??= lowHalves(this.block.args);
    return this.#low[(this.row * 6 + arg) * 2]!;
  }

  /** An argument as an int, undefined where it is unknown. */
  known(arg: number): number | undefined {
    return this.knows(arg) ? this.int(arg) : undefined;
  }

  /** String id of what the recorder said of an argument; 0 nothing. */
  note(arg: number): number {
    return this.block.argText[this.row * 6 + arg]!;
  }

  /** An argument as the recorder decoded it, one character a byte; '' where the value says it all. */
  text(arg: number): string {
    return latin1(this.recording.strings.bytes(this.note(arg)));
  }

  /** What stood behind the result. */
  get retText(): string {
    return latin1(this.recording.strings.bytes(this.block.retText[this.row]!));
  }

  /** The whole string behind an argument; undefined where it is unknown or cut. */
  string(arg: number): Uint8Array | undefined {
    return this.#spans(arg, 1)?.[0];
  }

  /** The string behind an argument, or its first bytes if those are `length` at least; undefined where that is unknown. */
  prefix(arg: number, length: number): Uint8Array | undefined {
    const { memStart, memArg, memFlags, memBytes } = this.block;
    for (let i = memStart[this.row]!; i < memStart[this.row + 1]!; i++) {
      if (memArg[i] !== arg) continue;
      const bytes = this.recording.strings.bytes(memBytes[i]!);
      return (memFlags[i]! & MEMORY_FLAGS.cut) === 0 || bytes.length >= length ? bytes : undefined;
    }
    return undefined;
  }

  /** The strings of a list behind an argument; undefined where some are unknown or cut. */
  list(arg: number): Uint8Array[] | undefined {
    return this.text(arg).endsWith('...]') ? undefined : this.#spans(arg, Number.POSITIVE_INFINITY);
  }

  /** The struct behind an argument as the program has it in memory, as far as it is known from its first byte on; at exit. */
  struct(arg: number): Uint8Array | undefined {
    const address = this.block.args[this.row * 6 + arg]!;
    const spans = userStructs(this.block, this.row, true, this.recording);
    return spans.find((span) => span.address === address)?.bytes;
  }

  /** The number of a printed member (`exit_signal=SIGCHLD`) of a struct; undefined where it is not there or unknown. */
  member(text: string, name: string): number | undefined {
    const printed = memberPattern(name).exec(text)?.[1];
    if (printed === undefined || printed === '') return undefined;
    return this.value(printed.replace(/ \/\*.*?\*\//, '').trim());
  }

  /** The number behind a name or a number as the recorder prints it; undefined where it is unknown. */
  value(printed: string): number | undefined {
    const { value, known } = evaluate(this.arch, printed);
    return known ? Number(BigInt.asIntN(64, value)) : undefined;
  }

  #spans(arg: number, count: number): Uint8Array[] | undefined {
    const { memStart, memArg, memFlags, memBytes } = this.block;
    const found: Uint8Array[] = [];
    for (let i = memStart[this.row]!; i < memStart[this.row + 1]! && found.length < count; i++) {
      if (memArg[i] !== arg) continue;
      if ((memFlags[i]! & MEMORY_FLAGS.cut) !== 0) return undefined;
      found.push(this.recording.strings.bytes(memBytes[i]!));
    }
    return found.length > 0 ? found : undefined;
  }
}

function lowHalves(args: BigUint64Array): Int32Array {
  return new Int32Array(args.buffer, args.byteOffset, args.length * 2);
}
