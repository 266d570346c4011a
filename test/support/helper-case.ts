// Cases of test/cases/helpers: a program each that calls a helper or a kernel function, run on a machine and written for the oracle.
// What a case may say stands in test/cases/helpers/README.md.
import { MACHINE_SYSCALLS } from '../../traces/index.ts';
import { helperName } from '../../vm/helpers/table.ts';
import { kfuncName } from '../../vm/helpers/kfuncs.ts';
import {
  KERNELS,
  assembleObject,
  type Effect,
  type Fault,
  type LoadedObject,
  type ObjectSpec,
  type SyscallPoint,
  type TaskFacts,
} from '../../vm/index.ts';
import { decodeInsn } from '../../vm/isa/insn.ts';
import type { MapSpec, ObjectType, ValueField } from '../../vm/object.ts';
import { bytesOf, section, sectionLines, type TestCase } from './case-file.ts';
import { mapLine, progLines } from './oracle-lines.ts';
import { pointOf, rig, type PointFields, type Rig } from './machine.ts';

/** What a run of a case gave, as far as it can be compared. */
export interface CaseResult {
  readonly r0: number | undefined;
  readonly errno: number;
  /** Packet after the run, hex; undefined where the program has none. */
  readonly data: string | undefined;
  /** Values of the keys that the case asks for, hex or 'errno N'. */
  readonly values: readonly string[];
  readonly trace: readonly string[];
  readonly effects: readonly Effect[];
  readonly fault: Fault | undefined;
}

/** The object of a case: its maps, and one program `main`. */
export function caseObject(testCase: TestCase): ObjectSpec {
  const maps = optionalLines(testCase, 'map').map((line) => `.map ${line}`);
  const name = testCase.sections.get('section') ?? 'socket';
  const licence = testCase.sections.get('license') ?? 'GPL';
  const text = [
    `.license "${licence}"`,
    ...maps,
    `.section "${name}"`,
    'main:',
    section(testCase, 'asm'),
  ].join('\n');
  const object = assembleObject(text, 'case');
  const fields = optionalLines(testCase, 'fields').map((line) => line.trim().split(/\s+/));
  const objects = optionalLines(testCase, 'objects').map((line) => typeOf(line.trim().split(/\s+/)));
  return {
    ...object,
    progs: [{ ...object.progs[0]!, objects }],
    maps: object.maps.map((map) =>
      frozen(
        testCase,
        withFields(
          map,
          fields.filter(([of]) => of === map.name),
        ),
      ),
    ),
  };
}

/** A map that is to be frozen is so before the program is loaded, with what is set in it. */
function frozen(testCase: TestCase, map: MapSpec): MapSpec {
  if (!optionalLines(testCase, 'freeze').some((name) => name.trim() === map.name)) return map;
  const set = optionalLines(testCase, 'set').map((line) => line.trim().split(/\s+/));
  const [, , value] = set.find(([name]) => name === map.name) ?? [];
  return { ...map, frozen: true, ...(value === undefined ? {} : { data: bytesOf(value) }) };
}

/** A type of objects from `3 node 40 list_node@0 refcount@24`. */
function typeOf([id, name, bytes, ...fields]: readonly string[]): ObjectType {
  return {
    id: Number(id),
    name: name!,
    bytes: Number(bytes),
    fields: fields.map((field) => {
      const [kind, off] = field.split('@');
      return { kind: kind as ValueField['kind'], off: Number(off) }; // an unknown kind is no field's that a helper asks for
    }),
  };
}

function withFields(map: MapSpec, lines: readonly (readonly string[])[]): MapSpec {
  return lines.length === 0 ? map : { ...map, fields: lines.map(fieldOf) };
}

function fieldOf([, kind, off, target]: readonly string[]): ValueField {
  const field = { kind: kind as ValueField['kind'], off: Number(off) }; // VALUE_FIELDS is asked when the map is made
  return target === undefined ? field : { ...field, target };
}

/** Names of the helpers and kernel functions that the program of a case calls. */
export function callsOf(object: ObjectSpec): string[] {
  const { insns } = object.progs[0]!;
  const names: string[] = [];
  for (let pc = 0; pc < insns.length / 8;) {
    const insn = decodeInsn(insns, pc)!;
    if (insn.op.name === 'call_helper') names.push(helperName(insn.imm)!);
    if (insn.op.name === 'call_kfunc') names.push(kfuncName(insn.imm)!);
    pc += insn.op.slots;
  }
  return names;
}

/** Sections of cases whose programs no verifier passes. */
const UNVERIFIED = ['fault', 'unverified'];

/** Runs a case on a machine. Throws LoadError when the program is refused. */
export function runCase(testCase: TestCase): CaseResult {
  const effects: Effect[] = [];
  const verifier = UNVERIFIED.some((name) => testCase.sections.has(name)) ? 'off' : 'on';
  // Offsets in the cases are those of Linux 6.18, whose kernel answers them too.
  const kernel = KERNELS['linux-6.18'];
  const base = rig({
    onEffect: (effect) => effects.push(effect),
    syscalls: MACHINE_SYSCALLS,
    verifier,
    kernel,
  });
  const { machine, faults, lines } = base;
  const object = machine.load(caseObject(testCase));
  for (const line of optionalLines(testCase, 'set')) {
    const [map, key, value] = line.trim().split(/\s+/);
    if (mapOf(object, map!).spec.frozen === true) continue;
    const errno = mapOf(object, map!).update(bytesOf(key!), bytesOf(value!), 0);
    if (errno !== 0) throw new Error(`${testCase.where}: set ${map} answers ${errno}`);
  }
  const run = testCase.sections.has('point')
    ? runAtPoint(base, object, testCase)
    : testRun(base, object, testCase);
  const values = optionalLines(testCase, 'get').map((line) => {
    const [map, key] = line.trim().split(/\s+/);
    const value = mapOf(object, map!).lookup(bytesOf(key!));
    return typeof value === 'number' ? `errno ${-value}` : Buffer.from(value).toString('hex');
  });
  return { ...run, values, trace: lines(), effects, fault: faults.at(-1) };
}

type RunPart = Pick<CaseResult, 'r0' | 'errno' | 'data'>;

function testRun({ machine }: Rig, object: LoadedObject, testCase: TestCase): RunPart {
  const input = inputOf(testCase);
  const result = machine.testRun(object.progs[0]!, input);
  const data = input.data === undefined ? undefined : Buffer.from(result.data).toString('hex');
  return { r0: result.errno === 0 ? result.retval : undefined, errno: Math.abs(result.errno), data };
}

function runAtPoint({ machine }: Rig, object: LoadedObject, testCase: TestCase): RunPart {
  const fields = JSON.parse(section(testCase, 'point')) as PointFields & { readonly facts?: TaskFields }; // a case file of ours
  const memory = optionalLines(testCase, 'memory').map((line) => {
    const [address, hex, ...flags] = line.trim().split(/\s+/);
    const bytes = bytesOf(hex!);
    return { address: BigInt(address!), bytes, trueLength: bytes.length, cString: flags.includes('string') };
  });
  machine.attachAll(object);
  const point = pointOf({ ...fields, memory });
  machine.enter({ ...point, facts: factsOf(point, fields.facts ?? {}) });
  return { r0: undefined, errno: 0, data: undefined };
}

/** What a point may say of the task besides; ids of cgroups are numbers in JSON. */
type TaskFields = Pick<TaskFacts, 'ids' | 'startNs'> & { readonly cgroups?: readonly number[] };

function factsOf({ tid, tgid }: SyscallPoint, { ids, startNs, cgroups }: TaskFields): TaskFacts {
  return { tid, tgid, ids, startNs, cgroups: cgroups?.map(BigInt) };
}

/** Types whose test run takes a packet; the others take a ctx. */
const PACKET_TYPES = new Set([
  'socket_filter',
  'sched_cls',
  'sched_act',
  'xdp',
  'cgroup_skb',
  'lwt_in',
  'lwt_out',
  'lwt_xmit',
]);

function inputOf(testCase: TestCase): { data?: Uint8Array; ctx?: Uint8Array } {
  const packet = PACKET_TYPES.has(caseObject(testCase).progs[0]!.type);
  const data = testCase.sections.get('data') ?? (packet ? '00'.repeat(64) : undefined);
  const ctx = testCase.sections.get('ctx') ?? (packet ? undefined : '00'.repeat(8));
  return {
    ...(data === undefined ? {} : { data: bytesOf(data) }),
    ...(ctx === undefined ? {} : { ctx: bytesOf(ctx) }),
  };
}

/** Types that BPF_PROG_TEST_RUN takes on Linux. */
const RUNNABLE = new Set([
  'socket_filter',
  'sched_cls',
  'sched_act',
  'xdp',
  'cgroup_skb',
  'raw_tracepoint',
  'syscall',
]);

/** Why the kernel cannot be asked: a section `kernel` with a reason, or what only a machine has. */
export function notForKernel(testCase: TestCase): string | undefined {
  const reason = testCase.sections.get('kernel');
  if (reason !== undefined) return reason;
  for (const name of ['point', 'fault', 'unverified', 'fields', 'objects', 'effects', 'refused']) {
    if (testCase.sections.has(name)) return `the section ${name} is the machine's`;
  }
  const { type } = caseObject(testCase).progs[0]!;
  return RUNNABLE.has(type) ? undefined : `${type} programs have no test run`;
}

/** The lines of a spec that ask the kernel for a case; names get `tag` so that many cases can share a spec. `first` maps stand before. */
export function caseSpec(testCase: TestCase, tag: string, first: number): string[] {
  const object = caseObject(testCase);
  const prog = object.progs[0]!;
  const sets = optionalLines(testCase, 'set').map((line) => `set ${tag}${line.trim()}`);
  const { data, ctx } = inputOf(testCase);
  const run = [
    `run ${tag}`,
    ...(data === undefined ? [] : [`data=${hex(data)}`]),
    ...(ctx === undefined ? [] : [`ctx=${hex(ctx)}`]),
  ];
  const gets = optionalLines(testCase, 'get').map(
    (line) => `get ${tag}${line.trim().split(/\s+/).slice(0, 2).join(' ')}`,
  );
  return [
    ...object.maps.map((map) => mapLine(map, tag)),
    ...sets,
    ...optionalLines(testCase, 'freeze').map((name) => `freeze ${tag}${name.trim()}`),
    ...progLines(object, prog, tag, first),
    run.join(' '),
    ...gets,
  ];
}

/** Bytes as hex without blanks, as a spec has them. */
function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function optionalLines(testCase: TestCase, name: string): string[] {
  return testCase.sections.has(name) ? sectionLines(testCase, name) : [];
}

function mapOf(object: LoadedObject, name: string): LoadedObject['maps'][number] {
  const map = object.maps.find(({ spec }) => spec.name === name);
  if (map === undefined) throw new Error(`the case has no map ${name}`);
  return map;
}
