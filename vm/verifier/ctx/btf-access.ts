// Loads and stores through pointers to the kernel's structs.
import type { Btf } from '../../btf/btf.ts';
import { knownMember } from '../../btf/known-members.ts';
import { nameOf } from '../../btf/query.ts';
import { walkErrorText, walkStruct, type Found, type WalkError } from '../../btf/walk.ts';
import type { BtfType } from '../btf-type.ts';
import type { Env } from '../env.ts';
import { checkFieldAccess } from '../kfuncs/fields.ts';
import { inRcuSection } from '../kfuncs/regions.ts';
import { isRcu, isTrusted } from '../kfuncs/trust.ts';
import { printTnum } from '../print-state.ts';
import { FLAGS, hasFlag, makeReg, UNKNOWN_REG, withReg, type Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { isConst } from '../scalar.ts';
import { memberTrust } from './safe-members.ts';
import { checkStructWrite } from './writable-structs.ts';

/** What a load of `bytes` at `off` behind btf_id register `n` yields; of a store undefined. `off` has the register's in it. @see check_ptr_to_btf_access */
export function accessBtf(
  env: Env,
  n: number,
  reg: Reg,
  off: number,
  bytes: number,
  access: 'read' | 'write',
): Reg | undefined {
  const { btf } = reg;
  checkPointer(env, n, reg, off);
  const isObject = hasFlag(reg, 'alloc');
  if (access === 'write') {
    if (!isObject) {
      checkStructWrite(env, n, reg, structName(reg), off, bytes);
      return undefined;
    }
    if (hasFlag(reg, 'untrusted')) refuse(env, 'btf-write', [{ reg: n }], structName(reg));
  }
  if (isObject) checkFieldAccess(env, n, reg, off, bytes, access);
  if (btf === undefined) return accessObject(env, n, reg, off, bytes, access);
  const { found, isUntrusted } = knownMember(btf.btf, btf.id, off, bytes, !isObject);
  if (found.kind === 'error') return refuseWalk(env, n, found.error);
  if (access === 'write') return undefined;
  switch (found.kind) {
    case 'number':
      return UNKNOWN_REG;
    case 'plain-pointer':
      return withReg(makeReg('mem'), { flags: FLAGS.rdonly | FLAGS.untrusted });
    default:
      return isObject ? UNKNOWN_REG : loadPointer(env, reg, btf.btf, found, isUntrusted);
  }
}

/** What can be said of an access before the struct is looked at. */
function checkPointer(env: Env, n: number, reg: Reg, off: number): void {
  const { gpl, kernel } = env.input;
  const place = [{ reg: n }];
  const name = structName(reg);
  if (!gpl && reg.btf?.btf === kernel) refuse(env, 'btf-not-gpl', place, name);
  if (off < 0) refuse(env, 'btf-negative', place, n, name, off);
  const { bits } = reg.scalar;
  if (!isConst(reg.scalar) || bits.value !== 0n) {
    refuse(env, 'btf-variable', place, n, name, off, printTnum(bits));
  }
  if (hasFlag(reg, 'user')) refuse(env, 'btf-other-memory', place, n, name, 'user', off);
  if (hasFlag(reg, 'percpu')) refuse(env, 'btf-other-memory', place, n, name, 'percpu', off);
}

/** An object of a type that only an object's text tells of: all of it that is no field of the kernel's is numbers. */
function accessObject(
  env: Env,
  n: number,
  { object }: Reg,
  off: number,
  bytes: number,
  access: 'read' | 'write',
): Reg | undefined {
  const { name = '', bytes: size = 0 } = object ?? {};
  if (off + bytes > size) refuseWalk(env, n, { kind: 'beyond', struct: name, off, bytes });
  return access === 'read' ? UNKNOWN_REG : undefined;
}

/** Name of the struct behind a pointer. */
function structName({ btf, object }: Reg): string {
  return btf === undefined ? (object?.name ?? '') : nameOf(btf.btf.type(btf.id));
}

function refuseWalk(env: Env, n: number, error: WalkError): never {
  const place = [{ reg: n }];
  switch (error.kind) {
    case 'no-struct':
      return refuse(env, 'btf-no-struct', place, error);
    case 'beyond':
      return refuse(env, 'btf-beyond', place, error);
    case 'no-size':
      return refuse(env, 'btf-no-size', place, error);
    case 'pointer':
      return refuse(env, 'btf-part-of-pointer', place, error);
    case 'member-end':
      return refuse(env, 'btf-member-end', place, error);
    default:
      return refuse(env, 'btf-no-member', place, error);
  }
}

const TAGS: Readonly<Record<string, number>> = {
  user: FLAGS.user,
  percpu: FLAGS.percpu,
  rcu: FLAGS.rcu,
};

/** A pointer that was found in a struct, as far as the one that it was found through may be relied on. */
function loadPointer(
  env: Env,
  reg: Reg,
  btf: Btf,
  { id, tag, member }: Extract<Found, { kind: 'pointer' }>,
  isUntrusted: boolean,
): Reg {
  const known = (TAGS[tag] ?? 0) | (isUntrusted ? FLAGS.untrusted : 0);
  const flags = pointerFlags(env, reg, { btf, id }, member, known);
  const mayBeNull = (flags & FLAGS.maybe_null) !== 0;
  return withReg(makeReg('btf_id'), { flags, id: mayBeNull ? env.nextId() : 0, btf: { btf, id } });
}

/** Flags that say that a pointer can be relied on. @see clear_trusted_flags */
const TRUST = FLAGS.alloc | FLAGS.trusted | FLAGS.non_own_ref | FLAGS.rcu;

function pointerFlags(env: Env, reg: Reg, target: BtfType, member: string, known: number): number {
  if (hasFlag(reg, 'untrusted')) return FLAGS.untrusted;
  if (!isTrusted(reg) && !isRcu(reg)) return known & ~TRUST;
  const trust = memberTrust(target.btf, reg.btf!.id, member, target.id);
  if (trust === 'trusted') return known | FLAGS.trusted;
  if (trust === 'trusted_or_null') return known | FLAGS.trusted | FLAGS.maybe_null;
  if (!inRcuSection(env) || hasFlag(reg, 'maybe_null')) return FLAGS.untrusted;
  if (trust === 'rcu') return known | FLAGS.rcu;
  if (trust === 'rcu_or_null') return (known | FLAGS.rcu | FLAGS.maybe_null) & ~FLAGS.untrusted;
  if ((known & FLAGS.rcu) !== 0) return known | FLAGS.maybe_null;
  if ((known & (FLAGS.percpu | FLAGS.user)) !== 0) return known;
  return known & ~TRUST;
}

/**
 * True when a pointer to `actual` at offset `off` is one to `wanted`: the same struct, or one that begins there. The log of `env` is told why a walk
 * through the struct ended. @see btf_struct_ids_match
 */
export function isStruct(actual: Reg, off: number, wanted: BtfType, isStrict: boolean, env?: Env): boolean {
  const { btf } = actual;
  if (btf === undefined) return false;
  const isWanted = (id: number): boolean => id === wanted.id && btf.btf === wanted.btf;
  if (off === 0 && isWanted(btf.id)) return true;
  if (isStrict) return false;
  const options = { isFlexible: !hasFlag(actual, 'alloc'), isUntrusted: false };
  let { found, isUntrusted } = walkStruct(btf.btf, btf.id, off, 1, options);
  while (found.kind === 'struct') {
    if (isWanted(found.id)) return true;
    ({ found, isUntrusted } = walkStruct(btf.btf, found.id, 0, 1, { ...options, isUntrusted }));
  }
  if (found.kind === 'error') env?.log.line(walkErrorText(found.error));
  return false;
}
