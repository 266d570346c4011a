// BPF_PROG_LOAD: from insns with map fds to a program that can run, or the reason why not.
import type { FuncInfo, LineInfo, ObjectType, PoisonedInsn } from '../object.ts';
import type { Btf } from '../btf/btf.ts';
import { checkProg } from '../check/check.ts';
import type { CheckError } from '../check/messages.ts';
import { ERRNO } from '../errno.ts';
import { prepareCode } from '../interp/code.ts';
import { decodeInsn } from '../isa/insn.ts';
import { SLOT_BYTES } from '../isa/opcodes.ts';
import { LoadError } from '../load-error.ts';
import { checkPlaces } from '../maps/value-fields.ts';
import type { LinearMemory } from '../memory/linear.ts';
import type { ObjectTable } from './objects.ts';
import { checkOwners, mapAddress, mapOf } from './prog-maps.ts';
import { KNOWN_PROG_FLAGS, PROG_FLAGS, progTypeRow } from './prog-types.ts';
import { beginsOf, hitsBytes } from './prog-hits.ts';
import { checkSupported } from './supported.ts';
import { verifyProg, type NamedMap } from './prog-verify.ts';
import { COUNTERS_BYTES, type KernelProg } from './prog.ts';

/** What BPF_PROG_LOAD takes. In `insns`, imm of a wide insn with src 1 or 2 is a map fd. */
export interface ProgAttr {
  readonly name: string;
  /** The kernel's name in lower case without BPF_PROG_TYPE_. */
  readonly type: string;
  readonly insns: Uint8Array;
  /** Empty or absent: not GPL compatible. */
  readonly license?: string;
  readonly expectedAttachType?: number;
  /** BPF_F_* bits. */
  readonly flags?: number;
  /** Types of the objects that it makes, as its BTF tells them. */
  readonly objects?: readonly ObjectType[];
  /** Map fds that wide insns with src 5 or 6 name by position. */
  readonly fdArray?: readonly number[];
  /** Its functions and source lines, as BTF tells them. */
  readonly funcs?: readonly FuncInfo[];
  readonly sourceLines?: readonly LineInfo[];
  /** Insns that CO-RE found no answer for. */
  readonly poisoned?: readonly PoisonedInsn[];
  /** Its BTF: what func_info and the types of maps name. */
  readonly types?: Btf;
  /** Name of the kernel's function or tracepoint that a tracing program is for. */
  readonly target?: string;
}

/** `off`: programs are loaded as they are, as long as the interpreter can read them; what they do wrong ends in a fault. */
export type VerifierSwitch = 'on' | 'off';

/** Loads a program into the table: its fd. Throws LoadError; nothing is left behind then. */
export function loadProg(
  attr: ProgAttr,
  objects: ObjectTable,
  memory: LinearMemory,
  verifier: VerifierSwitch,
): number {
  const { name, type, insns, flags = 0, fdArray } = attr;
  const expectedAttachType = attachTypeOf(attr);
  checkSleep(attr);
  if (verifier === 'off') {
    // What CO-RE found no answer for mostly stands where this kernel never gets.
    const poisoned = new Set(attr.poisoned?.map(({ pc }) => pc));
    const findings = checkProg(insns, { type, ...(fdArray === undefined ? {} : { fds: fdArray.length }) });
    const finding = findings.find(({ pc }) => !poisoned.has(pc));
    if (finding !== undefined) throw refusal(attr, finding);
  }
  checkSupported(name, insns);
  for (const objectType of attr.objects ?? []) checkObjectType(name, objectType);
  const maps = namedMaps(attr, objects);
  const usedMaps = [...new Set([...maps.values()].map(({ map }) => map))];
  const accepted =
    verifier === 'on' ? verifyProg(attr, expectedAttachType, maps, memory, objects) : { ctxBytes: 0 };
  checkOwners({ name, type, expectedAttachType, flags }, usedMaps);
  const addresses = new Map([...maps].map(([pc, { address }]) => [pc, address]));
  const code = prepareCode(insns, addresses);
  const countersAt = memory.alloc(COUNTERS_BYTES);
  const hitsAt = countersAt === 0 || !objects.countsHits ? 0 : memory.alloc(hitsBytes(code));
  if (countersAt === 0 || (hitsAt === 0 && objects.countsHits)) {
    if (countersAt !== 0) memory.free(countersAt, COUNTERS_BYTES);
    throw new LoadError('memory', name, 'no room for the counters of the program', { errno: -ERRNO.ENOMEM });
  }
  const hits = hitsAt === 0 ? {} : { hits: { at: hitsAt, begins: beginsOf(code) } };
  const traits = { type, expectedAttachType, flags, objects: attr.objects ?? [], ...accepted };
  const prog: KernelProg = { ...traits, id: objects.nextProgId(), name, code, usedMaps, countersAt, ...hits };
  return objects.addProg(prog);
}

/** The maps that the insns name, by pc, with what each insn loads. Insns that are none are left to the verifier. */
function namedMaps(
  attr: ProgAttr,
  objects: ObjectTable,
): Map<number, NamedMap & { readonly address: bigint }> {
  const maps = new Map<number, NamedMap & { readonly address: bigint }>();
  for (let pc = 0; pc < Math.floor(attr.insns.length / SLOT_BYTES);) {
    const insn = decodeInsn(attr.insns, pc);
    const map = insn === undefined ? undefined : mapOf(attr, pc, insn, objects);
    if (insn !== undefined && map !== undefined) {
      const valueOff =
        insn.op.name === 'ld_map_value' || insn.op.name === 'ld_map_idx_value' ? insn.hi >>> 0 : undefined;
      maps.set(pc, { map, valueOff, address: mapAddress(attr, pc, insn, map) });
    }
    pc += insn?.op.slots ?? 1;
  }
  return maps;
}

/** What the structural check found. */
function refusal({ name }: ProgAttr, { errno, message, why, pc }: CheckError): LoadError {
  return new LoadError('structure', name, `${message} (${why})`, { errno: -errno, pc });
}

/** @see kernel/bpf/btf.c btf_parse_struct_metas */
function checkObjectType(prog: string, { name, bytes, fields = [] }: ObjectType): void {
  if (!Number.isSafeInteger(bytes) || bytes < 1) {
    throw new LoadError('type', prog, `object type ${name}: ${bytes} is no size in bytes`);
  }
  const sorted = fields.toSorted((a, b) => a.off - b.off);
  const wrong = checkPlaces(sorted, bytes, 'object');
  if (wrong !== undefined) throw new LoadError('type', prog, `object type ${name}: ${wrong.reason}`, wrong);
}

/** The attach type of a program: as asked for, or what its type has in the place of none. @see kernel/bpf/syscall.c bpf_prog_load_check_attach */
function attachTypeOf({ name, type, expectedAttachType = 0, flags = 0 }: ProgAttr): number {
  const row = progTypeRow(type);
  if (row === undefined) throw new LoadError('type', name, `the kernel has no program type ${type}`);
  const unknown = flags & ~KNOWN_PROG_FLAGS;
  if (unknown !== 0)
    throw new LoadError('type', name, `no program has flags 0x${(unknown >>> 0).toString(16)}`);
  const { attach, orNone } = row;
  if (attach === undefined) return expectedAttachType;
  const asked = expectedAttachType === 0 && orNone === true ? attach[0]! : expectedAttachType;
  if (attach.includes(asked)) return asked;
  const rule = `the attach type of a ${type} program is one of ${attach.join(', ')}`;
  throw new LoadError('type', name, `${rule}, and not ${expectedAttachType}`);
}

/** Refuses a program that asks to sleep and may not, or must and does not. @see kernel/bpf/verifier.c can_be_sleepable */
function checkSleep({ name, type, flags = 0 }: ProgAttr): void {
  const sleepable = progTypeRow(type)?.sleepable;
  const asked = (flags & PROG_FLAGS.sleepable) !== 0;
  if (asked && sleepable === undefined) {
    const rule = 'Only fentry/fexit/fmod_ret, lsm, iter, uprobe, and struct_ops programs can be sleepable';
    throw new LoadError('sleepable', name, rule);
  }
  if (!asked && sleepable === 'always') {
    throw new LoadError('sleepable', name, 'Syscall programs can only be sleepable');
  }
}
