// Pointers to the kernel's objects, and to the program's own, that are kept in map values (kptr).
import type { ValueField } from '../../object.ts';
import { isStruct } from '../ctx/btf-access.ts';
import type { Env } from '../env.ts';
import { checkPointerOffset } from '../memory/pointer-offset.ts';
import { FLAGS, makeReg, withReg, type Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { isConst } from '../scalar.ts';
import { typeText } from '../type-text.ts';
import { fieldsOf, isKptr, isObject } from './fields.ts';
import { kptrTarget, pointeeName, type Pointee } from './objects.ts';
import { inRcuSection } from './regions.ts';
import { offsetOf } from './stack-place.ts';

/** Structs of the kernel that are freed behind a grace period only. @see rcu_protected_types */
const RCU_STRUCTS: ReadonlySet<string> = new Set(['cgroup', 'bpf_cpumask', 'task_struct', 'bpf_crypto_ctx']);

/** A load or store of a kptr field by the program. @see check_map_kptr_access */
export function accessKptr(
  env: Env,
  n: number,
  valueReg: number,
  field: ValueField,
  access: 'read' | 'write',
): void {
  const insn = env.insns[env.pc]!;
  const { kind } = insn.op;
  if (kind !== 'load' && kind !== 'store') refuse(env, 'kptr-mode', [{ reg: n }]);
  if (access === 'read') {
    env.setReg(valueReg, kptrReg(env, field));
    return;
  }
  if (field.kind !== 'kptr_untrusted') refuse(env, 'kptr-store', [{ reg: n }]);
  if (valueReg < 0) {
    if (insn.imm !== 0) refuse(env, 'kptr-imm', [{ reg: n }], field.off, insn.imm);
  } else if (!isNull(env.reg(valueReg))) checkKptrMatch(env, valueReg, field);
}

/** Register `n` may be stored into the kptr field: its type is the field's. @see map_kptr_match_type */
export function checkKptrMatch(env: Env, n: number, field: ValueField): void {
  const reg = env.reg(n);
  const target = kptrTarget(env, field) ?? { btf: undefined, object: undefined };
  const mayBeUntrusted = field.kind === 'kptr_untrusted';
  let allowed = FLAGS.maybe_null;
  if (reg.btf?.btf === env.input.kernel) {
    allowed |= FLAGS.trusted | FLAGS.rcu | (mayBeUntrusted ? FLAGS.untrusted : 0);
  } else allowed |= FLAGS.alloc | (field.kind === 'kptr_percpu' ? FLAGS.percpu : 0);
  const isPointer = reg.type === 'btf_id' && (reg.flags & ~allowed) === 0;
  if (isPointer) checkPointerOffset(env, n, reg, true);
  if (isPointer && isSame(env, reg, target, !mayBeUntrusted)) return;
  const type = typeText(reg) + (isPointer ? pointeeName(reg) : '');
  refuse(env, 'kptr-type', [{ reg: n }], n, type, pointeeName(target), mayBeUntrusted);
}

/** Argument `n` is where a kptr is stored: the field. @see process_kptr_func */
export function checkKptrArg(env: Env, n: number): ValueField {
  const reg = env.reg(n);
  if (!isObject(reg) && reg.map!.spec.fields === undefined) {
    refuse(env, 'map-no-btf', [{ reg: n }], reg.map!.spec.name, 'bpf_kptr_xchg');
  }
  if (!isConst(reg.scalar)) refuse(env, 'field-variable', [{ reg: n }], n, 'kptr');
  const fields = fieldsOf(reg).filter(isKptr);
  if (fields.length === 0) refuse(env, 'kptr-none', [{ reg: n }], n);
  const off = offsetOf(reg);
  const field = fields.find((known) => known.off === off);
  if (field === undefined) refuse(env, 'kptr-elsewhere', [{ reg: n }], off, fields[0]!.off);
  if (field.kind === 'kptr_untrusted') refuse(env, 'kptr-unreferenced', [{ reg: n }], off);
  return field;
}

/** What a load of the field yields. @see btf_ld_kptr_type */
export function kptrReg(env: Env, field: ValueField): Reg {
  const target = kptrTarget(env, field) ?? { btf: undefined, object: undefined };
  const flags = FLAGS.maybe_null | loadedFlags(env, field, target);
  return withReg(makeReg('btf_id'), { ...target, flags, id: env.nextId() });
}

function loadedFlags(env: Env, { kind }: ValueField, target: Pointee): number {
  const { object } = target;
  const isSafe =
    kind === 'kptr_percpu' ||
    (kind === 'kptr' && (object !== undefined || RCU_STRUCTS.has(pointeeName(target))));
  if (!isSafe || !inRcuSection(env)) return FLAGS.untrusted;
  let flags = FLAGS.rcu;
  if (kind === 'kptr_percpu') flags |= FLAGS.percpu;
  else if (object !== undefined) flags |= FLAGS.alloc;
  const isNode = object?.fields?.some((field) => field.kind === 'list_node' || field.kind === 'rb_node');
  return isNode === true ? flags | FLAGS.non_own_ref : flags;
}

function isSame(env: Env, reg: Reg, target: Pointee, isStrict: boolean): boolean {
  if (reg.object !== undefined || target.object !== undefined)
    return reg.object === target.object && reg.off === 0;
  return (
    target.btf !== undefined && reg.btf !== undefined && isStruct(reg, reg.off, target.btf, isStrict, env)
  );
}

/** @see register_is_null */
export function isNull({ type, scalar }: Reg): boolean {
  return type === 'scalar' && isConst(scalar) && scalar.umin === 0n;
}
