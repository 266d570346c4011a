// The arguments of a helper. @see kernel/bpf/verifier.c check_func_arg
import type { ArgKind } from '../../helpers/args.ts';
import type { Insn } from '../../isa/insn.ts';
import type { Env } from '../env.ts';
import { checkKptrArg } from '../kfuncs/kptr.ts';
import { checkSpinLockArg } from '../kfuncs/locks.ts';
import { checkTimerArg } from '../kfuncs/map-fields.ts';
import { checkDynptrArg } from '../kfuncs/dynptr.ts';
import { checkHelperMem, checkMemSize, type CalleeAccess } from '../memory/access.ts';
import { noteEscape } from '../memory/frame-facts.ts';
import { markPrecise } from '../precision.ts';
import { isPacketPointer, type Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { readReg } from '../regs.ts';
import { isConst } from '../scalar.ts';
import { checkArgOffset } from './arg-offset.ts';
import type { CallNotes } from './call-notes.ts';
import { checkArgType } from './check-type.ts';
import { constantKey, isAlwaysFull } from './const-key.ts';
import { constantString } from './const-str.ts';
import { mayTakePacket } from './packet.ts';
import type { ProtoArg } from './protos.ts';
import { checkRelease } from './release.ts';
import { isSockMap, socketArg } from './sock-maps.ts';

/** Checks an argument, and notes what the others and the result depend on. */
export function checkArg(env: Env, insn: Insn, notes: CallNotes, given: ProtoArg): void {
  const arg = given.row.kind === 'map_value' && isSockMap(notes.map) ? socketArg(given) : given;
  const reg = readReg(env, arg.reg);
  if (arg.types === undefined) return noteEscape(env, reg); // anything
  if (isPacketPointer(reg) && !mayTakePacket(env, notes.proto.row.packetArgs === true)) {
    refuse(env, 'arg-packet', [{ reg: arg.reg }], arg.reg, notes.proto.name);
  }
  const isNull = arg.orNull && isNullReg(reg);
  if (!isNull) {
    checkArgType(env, notes, arg, reg);
    checkArgOffset(env, arg.reg, reg, arg.isRelease, arg.row.kind === 'dynptr');
  }
  if (arg.isRelease) checkRelease(env, notes, arg, reg);
  noteReference(env, notes, arg, reg);
  CHECKS[arg.row.kind]?.(env, insn, notes, arg, reg);
}

/** True for the number 0. @see register_is_null */
export function isNullReg(reg: Reg): boolean {
  return reg.type === 'scalar' && isConst(reg.scalar) && reg.scalar.umin === 0n;
}

function noteReference(env: Env, notes: CallNotes, arg: ProtoArg, reg: Reg): void {
  if (reg.refId === 0 || arg.row.kind === 'kptr_slot') return;
  if (notes.refId !== 0) refuse(env, 'arg-references', [{ reg: arg.reg }], arg.reg, reg.refId, notes.refId);
  notes.refId = reg.refId;
}

type Check = (env: Env, insn: Insn, notes: CallNotes, arg: ProtoArg, reg: Reg) => void;

/** What is checked besides type and offset. Kinds of kernel functions are not here. */
const CHECKS: Readonly<Partial<Record<ArgKind, Check>>> = {
  map: checkMap,
  map_key: checkKey,
  map_value: checkValue,
  mem: checkMem,
  size: checkSize,
  alloc_size: checkAllocSize,
  spin_lock: (env, _insn, notes, arg) => checkSpinLockArg(env, arg.reg, notes.proto.name === 'spin_lock'),
  timer: checkTimer,
  func: (_env, _insn, notes, _arg, reg) => {
    notes.subprog = reg.subprog;
  },
  percpu_btf_id: (_env, _insn, notes, _arg, reg) => {
    notes.percpu = reg;
  },
  const_str: (env, _insn, _notes, arg, reg) => {
    constantString(env, arg.reg, reg);
  },
  dynptr: checkDynptr,
  kptr_slot: (env, _insn, notes, arg) => {
    notes.kptr = checkKptrArg(env, arg.reg);
  },
};

function checkMap(env: Env, _insn: Insn, notes: CallNotes, arg: ProtoArg, reg: Reg): void {
  if (notes.map !== undefined && (notes.map !== reg.map || notes.mapUid !== reg.mapUid)) {
    refuse(env, 'timer-map', [{ reg: 1 }, { reg: arg.reg }], notes.mapUid, reg.mapUid);
  }
  notes.map = reg.map;
  notes.mapUid = reg.mapUid;
}

function checkKey(env: Env, _insn: Insn, notes: CallNotes, arg: ProtoArg, reg: Reg): void {
  const { spec } = notes.map!; // rows have the map before the key
  const { keySize } = spec;
  checkHelperMem(env, arg.reg, keySize, { access: 'read' });
  notes.constKey = isAlwaysFull(spec) ? constantKey(env, reg, keySize) : undefined;
}

function checkValue(env: Env, _insn: Insn, notes: CallNotes, arg: ProtoArg, reg: Reg): void {
  if (arg.orNull && isNullReg(reg)) return;
  const { valueSize, type } = notes.map!.spec; // rows have the map before the value
  const isAsked = type === 'bloom_filter' && notes.proto.name === 'map_peek_elem';
  checkHelperMem(env, arg.reg, valueSize, isAsked ? READ : arg.access);
  if (!isAsked && arg.row.uninit === true) noteFill(notes, arg.reg, reg, valueSize);
}

const READ: CalleeAccess = { access: 'read' };

/** Memory whose size the word says; that of other memory is in the next argument, and is checked with that. */
function checkMem(env: Env, _insn: Insn, notes: CallNotes, arg: ProtoArg, reg: Reg): void {
  const { bytes } = arg.row;
  if (bytes === undefined) return;
  checkHelperMem(env, arg.reg, bytes, arg.access);
  if (arg.row.uninit === true) noteFill(notes, arg.reg, reg, bytes);
}

function checkSize(env: Env, _insn: Insn, notes: CallNotes, arg: ProtoArg, reg: Reg): void {
  const memory = notes.proto.args[arg.reg - 2]!; // rows have a size behind its memory
  notes.maxBytes = reg.scalar.umax;
  checkMemSize(env, arg.reg, memory.reg, arg.access);
  if (memory.row.uninit === true && isConst(reg.scalar)) {
    noteFill(notes, memory.reg, env.reg(memory.reg), Number(reg.scalar.umax));
  }
}

/** Stack that the callee fills: all of it, since the place and the size are known. */
function noteFill(notes: CallNotes, n: number, reg: Reg, bytes: number): void {
  if (reg.type !== 'stack' || !isConst(reg.scalar)) return;
  notes.fillReg = n;
  notes.fillBytes = bytes;
}

function checkAllocSize(env: Env, _insn: Insn, notes: CallNotes, arg: ProtoArg, reg: Reg): void {
  if (!isConst(reg.scalar)) refuse(env, 'arg-constant', [{ reg: arg.reg }], arg.reg);
  notes.allocBytes = reg.scalar.u32min;
  markPrecise(env, arg.reg);
}

function checkTimer(env: Env, _insn: Insn, notes: CallNotes, arg: ProtoArg, reg: Reg): void {
  checkTimerArg(env, arg.reg, 'timer');
  notes.map = reg.map;
  notes.mapUid = reg.mapUid;
}

function checkDynptr(env: Env, _insn: Insn, notes: CallNotes, arg: ProtoArg): void {
  const dynptr = checkDynptrArg(env, arg.reg, arg.word);
  notes.dynptrId = dynptr.id;
  notes.dynptrRefId = dynptr.refId;
  notes.dynptrKind = dynptr.kind;
}
