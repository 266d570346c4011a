// Arguments of traced functions: where each is written, and the structures that they point at.
import { ADDRESS_HIGH, EVENT_AT, type LinearMemory } from '../memory/linear.ts';
import type { HoledRegion } from '../memory/holes.ts';
import { plainRegion, type Region } from '../memory/regions.ts';
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
const CALL_ARGS_BYTES = 48;
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

/** Writes arguments to the places that carry them. */
export function argsWriter(args: FunctionArgs, places: readonly number[]): Fill {
  if (args === 'regs') return ({ view }) => writeAddress(view, places[0]!, TASK_REGS.start);
  const writers = args.map((source, i) => argWriter(source, places[i]!));
  return (memory, kernel, point) => {
    for (const write of writers) write(memory, kernel, point);
  };
}

function argWriter(source: ArgSource, at: number): Fill {
  if (typeof source === 'number') return argCopier(source, at);
  if (source === 'nr') return nrWriter(at);
  if (source === 'seccomp_data') return seccompWriter(at);
  if (source === 'somewhere') return ({ view }) => writeAddress(view, at, SOMEWHERE_AT);
  if ('value' in source) return ({ view }) => view.setBigInt64(at, source.value, true);
  if ('file' in source) {
    return ({ view }, kernel, point) => writeAddress(view, at, kernel.file(intArg(point, source.file)));
  }
  if ('filename' in source) return filenameWriter(source.filename, at);
  if ('how' in source) return howWriter(source.how.flags, source.how.mode, at);
  if ('userHow' in source) return userHowWriter(source.userHow, at);
  const copy = argCopier(source.arg, at);
  return (memory, kernel, point) => {
    copy(memory, kernel, point);
    memory.view.setBigUint64(at, memory.view.getBigUint64(at, true) | source.or, true);
  };
}

function argCopier(arg: number, at: number): Fill {
  return ({ u8 }, _kernel, point) => {
    for (let i = 0; i < 8; i++) u8[at + i] = point.args[8 * arg + i]!;
  };
}

const viewOf = ({ args }: SyscallPoint): DataView => new DataView(args.buffer, args.byteOffset, args.length);

function intArg(point: SyscallPoint, arg: number): number {
  return viewOf(point).getInt32(8 * arg, true);
}

function longArg(point: SyscallPoint, arg: number): bigint {
  return viewOf(point).getBigUint64(8 * arg, true);
}

/** An int in a register: what stands above it is 0. */
function nrWriter(at: number): Fill {
  return ({ view }, _kernel, point) => {
    view.setInt32(at, point.nr, true);
    view.setInt32(at + 4, 0, true);
  };
}

/** The address of the call's struct seccomp_data. Its instruction pointer is not known, and 0. */
function seccompWriter(at: number): Fill {
  return ({ u8, view }, _kernel, point) => {
    writeAddress(view, at, SECCOMP_DATA_AT);
    view.setInt32(SECCOMP_DATA_AT + SECCOMP_DATA.nr, point.nr, true);
    view.setUint32(SECCOMP_DATA_AT + SECCOMP_DATA.arch, point.audit, true);
    view.setInt32(SECCOMP_DATA_AT + SECCOMP_DATA.instruction_pointer, 0);
    view.setInt32(SECCOMP_DATA_AT + SECCOMP_DATA.instruction_pointer + 4, 0);
    for (let i = 0; i < CALL_ARGS_BYTES; i++) u8[SECCOMP_DATA_AT + SECCOMP_DATA.args + i] = point.args[i]!;
  };
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
  const writeFlags = argWriter(flags, OPEN_HOW_AT + OPEN_HOW.flags);
  const writeMode = argWriter(mode, OPEN_HOW_AT + OPEN_HOW.mode);
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
