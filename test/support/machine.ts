// A machine whose trace and faults are kept, points to run it at, and short ways to load programs from text.
import {
  assembleObject,
  createMachine,
  type Fault,
  type LoadedObject,
  type Machine,
  type MachineOptions,
  type ObjectSpec,
  type Printk,
  type Prog,
  type SyscallPoint,
  type TestRunInput,
  type TestRunResult,
  type UserMemory,
} from '../../vm/index.ts';
import type { ValueField } from '../../vm/object.ts';
import { TEST_ENGINE } from './engine.ts';

export interface Rig {
  readonly machine: Machine;
  readonly printks: Printk[];
  readonly faults: Fault[];
  /** Texts printed so far. */
  readonly lines: () => string[];
}

/** A machine of two CPUs, or as told. */
export function rig(options: Partial<MachineOptions> = {}): Rig {
  const printks: Printk[] = [];
  const faults: Fault[] = [];
  const machine = createMachine({
    engine: TEST_ENGINE,
    cpus: 2,
    limitInsns: 100_000,
    onPrintk: (printk) => printks.push(printk),
    onFault: (fault) => faults.push(fault),
    ...options,
  });
  return { machine, printks, faults, lines: () => printks.map(({ text }) => text) };
}

/** What a point may be given; the rest is a call of nothing by task 100 of dd. */
export interface PointFields {
  readonly nr?: number;
  readonly audit?: number;
  readonly args?: readonly bigint[];
  readonly ret?: bigint;
  readonly tid?: number;
  readonly tgid?: number;
  readonly comm?: string;
  readonly cpu?: number;
  readonly atNs?: number;
  readonly memory?: readonly UserMemory[];
}

export const AUDIT_X86_64 = 0xc000_003e;

export function pointOf(fields: PointFields = {}): SyscallPoint {
  const args = new BigUint64Array(6);
  for (const [i, arg] of (fields.args ?? []).entries()) args[i] = arg;
  const {
    nr = 0,
    audit = AUDIT_X86_64,
    ret = 0n,
    tid = 100,
    tgid = tid,
    cpu = 0,
    atNs = 0,
    memory = [],
  } = fields;
  const comm = new TextEncoder().encode(fields.comm ?? 'dd');
  return {
    nr,
    audit,
    args: new Uint8Array(args.buffer),
    ret,
    tid,
    tgid,
    comm,
    cpu,
    atNs,
    memory: () => memory,
  };
}

/** Loads an object text under the licence GPL. Each program of the text needs a section. */
export function loadText(machine: Machine, text: string): LoadedObject {
  return machine.load(assembleObject(`.license GPL\n${text}`, 'test'));
}

/** An object text whose maps all have these fields in their values. */
export function withFields(text: string, fields: readonly ValueField[]): ObjectSpec {
  const object = assembleObject(text, 'test');
  return { ...object, maps: object.maps.map((map) => Object.assign(map, { fields })) };
}

/** One socket filter made of `body`, with `maps` declared before it. */
export function loadFilter(machine: Machine, body: string, maps = ''): Prog {
  const object = loadText(machine, `${maps}\n.section "socket"\nmain:\n${body}\n`);
  return object.progs[0]!;
}

/** Runs a program on a packet of 64 zeroes. */
export function runOnce(machine: Machine, prog: Prog | number, input: TestRunInput = {}): TestRunResult {
  return machine.testRun(prog, { data: new Uint8Array(64), ...input });
}

/** r0 (low half) of a socket filter made of `body`. Throws when it was stopped. */
export function r0Of(body: string, maps = ''): number {
  const { machine } = rig();
  const result = runOnce(machine, loadFilter(machine, body, maps));
  if (result.fault !== undefined) throw new Error(`${result.fault.pc}: ${result.fault.message}`);
  return result.retval;
}

/** The fault that ends a socket filter made of `body`, which is not verified. Throws when there is none. */
export function faultOf(body: string, maps = '', options: Partial<MachineOptions> = {}): Fault {
  const { machine } = rig({ verifier: 'off', ...options });
  const { fault, retval } = runOnce(machine, loadFilter(machine, body, maps));
  if (fault === undefined) throw new Error(`the program returned ${retval}`);
  if (retval !== 0) throw new Error(`r0 is ${retval} after a fault`);
  return fault;
}

/** A u32 as a map key or value. */
export function u32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

/** u64 values of a map. Throws for an errno. */
export function u64s(value: Uint8Array | number): bigint[] {
  if (typeof value === 'number') throw new Error(`the lookup answered ${value}`);
  return [...new BigUint64Array(value.buffer, value.byteOffset, value.length / 8)];
}

/** u64 values as the bytes of a map value. */
export function fromU64s(...values: readonly bigint[]): Uint8Array {
  return new Uint8Array(BigUint64Array.from(values).buffer);
}
