// Which registers the printed arguments of a call stand for, where it is not simply one after another: strace prints a 64-bit number that
// fills two registers as one, leaves out what an operation does not use, and prints the arguments of clone by name.
import { ARCHS, type Arch } from '../../event.ts';
import type { SyscallArg } from '../../tables/args.ts';

/** Registers of the printed arguments, in order. */
export interface Places {
  /** The register of the value, or of its low half. */
  readonly low: readonly number[];
  /** The register of its high half; -1 where one register holds all. */
  readonly high: readonly number[];
}

/** Places for the arguments of a table row, of which each pair of halves, in either order, is printed as one; undefined where there is no such pair. */
export function placesOf(arch: Arch, args: readonly SyscallArg[]): Places | undefined {
  const low: number[] = [];
  const high: number[] = [];
  for (let register = 0; register < args.length; register++) {
    const { kind } = args[register]!;
    const isPair = kind === 'lo' || kind === 'hi';
    const other = ARCHS[arch].bits === 32 ? register + 1 : -1;
    low.push(kind === 'hi' ? register + 1 : register);
    high.push(kind === 'hi' ? register : kind === 'lo' ? other : -1);
    if (isPair) register++;
  }
  return low.length === args.length ? undefined : { low, high };
}

/** Registers that operations of futex use, where they skip some: by FUTEX_* without its flags. */
const FUTEX_PLACES: ReadonlyMap<number, Places> = new Map(
  Object.entries({
    LOCK_PI: { op: 6, registers: [0, 1, 3] },
    WAIT_BITSET: { op: 9, registers: [0, 1, 2, 3, 5] },
    WAKE_BITSET: { op: 10, registers: [0, 1, 2, 5] },
    LOCK_PI2: { op: 13, registers: [0, 1, 3] },
  }).map(([, { op, registers }]) => [op, { low: registers, high: registers.map(() => -1) }]),
);
/** The bits of futex's second argument that are the operation; the others are flags. */
const FUTEX_OP = 0x7f;

/** Places for a futex call of which `count` arguments are printed; undefined where they stand one after another. */
export function futexPlaces(op: number, count: number): Places | undefined {
  const places = FUTEX_PLACES.get(op & FUTEX_OP);
  return places?.low.length === count ? places : undefined;
}

/** Where clone's named arguments stand among its registers; x86_64, then i386 and arm64 where they differ. */
const CLONE_PLACES: Readonly<Record<string, readonly [x86_64: number, other: number]>> = {
  flags: [0, 0],
  child_stack: [1, 1],
  parent_tid: [2, 2],
  parent_tidptr: [2, 2],
  child_tidptr: [3, 4],
  child_tid: [3, 4],
  tls: [4, 3],
};

/** The register of clone's argument `name`; -1 for a name that it does not have. */
export function clonePlace(arch: Arch, name: string): number {
  return CLONE_PLACES[name]?.[arch === 'x86_64' ? 0 : 1] ?? -1;
}
