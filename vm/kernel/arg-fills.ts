// Arguments of traced functions: where each is written, and the structures that they point at.
import { ADDRESS_HIGH, addressOf, EVENT_AT, type LinearMemory } from '../memory/linear.ts';
import type { HoledRegion } from '../memory/holes.ts';
import { plainRegion, type Region } from '../memory/regions.ts';
import { fillerOf, type FillStep } from './fill-steps.ts';
import type { ArgSource } from './functions.ts';
import { SOMEWHERE_AT, TASK_REGS, type KernelMemory } from './kernel-memory.ts';
import { OPEN_HOW, OPEN_HOW_BYTES, openHow } from './open-how.ts';
import type { SyscallPoint } from './point.ts';
import { SECCOMP_DATA, SECCOMP_DATA_BYTES, seccompHoles } from './pt-regs.ts';
import { userBytes, userString } from './user-memory.ts';

/** Writes the ctx of a hook, and what it points at, into linear memory. */
export type Fill = (memory: LinearMemory, kernel: KernelMemory, point: SyscallPoint) => void;

/** The arguments of a function: a pointer to the call's registers, or one by one. */
export type FunctionArgs = 'regs' | readonly ArgSource[];

/** Where structures lie that arguments point at, and that are no part of the kernel's memory. */
const SECCOMP_DATA_AT = EVENT_AT + 0x100;
const OPEN_HOW_AT = EVENT_AT + 0x180;
/** @see include/linux/limits.h PATH_MAX */
const PATH_BYTES = 4096;

const SECCOMP_REGION: HoledRegion = {
  ...plainRegion('struct seccomp_data', SECCOMP_DATA_AT, SECCOMP_DATA_BYTES, false),
  holes: seccompHoles(SECCOMP_DATA_AT),
};
const OPEN_HOW_REGION = plainRegion('struct open_how', OPEN_HOW_AT, OPEN_HOW_BYTES, false);

/** What a function's arguments point at, besides the call's registers and the kernel's memory. */
export function pointedAt(args: FunctionArgs): readonly (Region | HoledRegion)[] {
  if (args === 'regs') return [];
  if (args.includes('seccomp_data')) return [SECCOMP_REGION];
  return args.some((arg) => typeof arg === 'object' && ('how' in arg || 'userHow' in arg))
    ? [OPEN_HOW_REGION]
    : [];
}

/** Writes the address of an offset in linear memory. */
export function writeAddress(view: DataView, at: number, offset: number): void {
  view.setUint32(at, offset, true);
  view.setInt32(at + 4, ADDRESS_HIGH, true);
}

/** The step that does the same. */
export function addressStep(at: number, offset: number): FillStep {
  return { kind: 'constant', at, value: addressOf(offset) };
}

/** What a fill needs of a point: its numbers; user memory too; or what is known of the current task. */
export type FillWants = 'numbers' | 'memory' | 'facts';

/** How arguments are written to the places that carry them: as steps, where the numbers of the call are all that they need, and by a function. */
export interface ArgFills {
  readonly steps: readonly FillStep[] | undefined;
  readonly writer: Fill;
  readonly wants: FillWants;
}

export function argFills(args: FunctionArgs, places: readonly number[]): ArgFills {
  const fills =
    args === 'regs' ? [regsFill(places[0]!)] : args.map((source, i) => argFill(source, places[i]!));
  const steps = fills.map((fill) => fill.steps);
  const writers = fills.map(({ writer }) => writer);
  return {
    steps: steps.every((one) => one !== undefined) ? steps.flat() : undefined,
    writer(memory, kernel, point) {
      for (const write of writers) write(memory, kernel, point);
    },
    wants: WANTS.findLast((wants) => fills.some((fill) => fill.wants === wants)) ?? 'numbers',
  };
}

/** The more, the later. */
const WANTS = ['numbers', 'memory', 'facts'] as const satisfies readonly FillWants[];

function regsFill(at: number): ArgFills {
  return plainFill([addressStep(at, TASK_REGS.start)]);
}

function plainFill(steps: readonly FillStep[]): ArgFills {
  const fill = fillerOf(steps);
  return { steps, wants: 'numbers', writer: (memory, _kernel, point) => fill(memory, point) };
}

function argFill(source: ArgSource, at: number): ArgFills {
  if (typeof source === 'number') return plainFill([{ kind: 'args', at, first: source, count: 1 }]);
  if (source === 'nr') return plainFill([{ kind: 'u64_nr', at }]);
  if (source === 'seccomp_data') return plainFill([addressStep(at, SECCOMP_DATA_AT), ...SECCOMP_STEPS]);
  if (source === 'somewhere') return plainFill([addressStep(at, SOMEWHERE_AT)]);
  if ('value' in source) return plainFill([{ kind: 'constant', at, value: source.value }]);
  if ('arg' in source) return plainFill([{ kind: 'arg_or', at, ...source }]);
  if ('file' in source) {
    const { file } = source;
    return written('facts', ({ view }, kernel, point) =>
      writeAddress(view, at, kernel.file(intArg(point, file))),
    );
  }
  if ('filename' in source) return written('memory', filenameWriter(source.filename, at));
  if ('how' in source) return written('numbers', howWriter(source.how.flags, source.how.mode, at));
  return written('memory', userHowWriter(source.userHow, at));
}

function written(wants: FillWants, writer: Fill): ArgFills {
  return { steps: undefined, wants, writer };
}

/** The call's struct seccomp_data. Its instruction pointer is not known, and 0. */
const SECCOMP_STEPS: readonly FillStep[] = [
  { kind: 'int_nr', at: SECCOMP_DATA_AT + SECCOMP_DATA.nr },
  { kind: 'audit', at: SECCOMP_DATA_AT + SECCOMP_DATA.arch },
  { kind: 'zero', at: SECCOMP_DATA_AT + SECCOMP_DATA.instruction_pointer, bytes: 8 },
  { kind: 'args', at: SECCOMP_DATA_AT + SECCOMP_DATA.args, first: 0, count: 6 },
];

const viewOf = ({ args }: SyscallPoint): DataView => new DataView(args.buffer, args.byteOffset, args.length);

function intArg(point: SyscallPoint, arg: number): number {
  return viewOf(point).getInt32(8 * arg, true);
}

function longArg(point: SyscallPoint, arg: number): bigint {
  return viewOf(point).getBigUint64(8 * arg, true);
}

/** The address of a struct filename of a path in user memory; of one that is not known, of what nobody knows. */
function filenameWriter(arg: number, at: number): Fill {
  return ({ view }, kernel, point) => {
    const path = new Uint8Array(PATH_BYTES);
    const bytes = userString(point.memory(), longArg(point, arg), PATH_BYTES, path, 0);
    writeAddress(view, at, bytes < 0 ? kernel.somewhere : kernel.filename(path.subarray(0, bytes - 1)));
  };
}

/** The address of the struct open_how that the kernel makes of flags and mode. */
function howWriter(flags: ArgSource, mode: ArgSource, at: number): Fill {
  const { writer: writeFlags } = argFill(flags, OPEN_HOW_AT + OPEN_HOW.flags);
  const { writer: writeMode } = argFill(mode, OPEN_HOW_AT + OPEN_HOW.mode);
  return (memory, kernel, point) => {
    writeAddress(memory.view, at, OPEN_HOW_AT);
    writeFlags(memory, kernel, point);
    writeMode(memory, kernel, point);
    openHow(memory.view, OPEN_HOW_AT, point.audit);
  };
}

/** The address of the kernel's copy of a struct open_how in user memory; of one that is not known, of what nobody knows. */
function userHowWriter(arg: number, at: number): Fill {
  return ({ u8, view }, _kernel, point) => {
    const isKnown = userBytes(point.memory(), longArg(point, arg), OPEN_HOW_BYTES, u8, OPEN_HOW_AT);
    writeAddress(view, at, isKnown ? OPEN_HOW_AT : SOMEWHERE_AT);
  };
}
