// Whether a register is of a type that a helper's argument takes.
import { FLAGS, type Reg } from '../reg.ts';
import { checkKptrMatch } from '../kfuncs/kptr.ts';
import { isStruct } from '../ctx/btf-access.ts';
import type { Env } from '../env.ts';
import { refuse } from '../refusal.ts';
import { typeText } from '../type-text.ts';
import type { CallNotes } from './call-notes.ts';
import type { ProtoArg } from './protos.ts';

/** Refuses a register of another type. @see check_reg_type */
export function checkArgType(env: Env, notes: CallNotes, arg: ProtoArg, reg: Reg): void {
  const types = arg.types!; // callers ask for kinds that take some types only
  const flags = foldedFlags(notes, arg, reg);
  if (!types.some((accepted) => accepted.type === reg.type && accepted.flags === flags)) {
    refuse(
      env,
      'arg-type',
      [{ reg: arg.reg }],
      arg.reg,
      typeText(reg),
      types.map(typeText).join(', '),
      notes.proto.name,
    );
  }
  if (reg.type === 'btf_id') checkStruct(env, notes, arg, reg);
}

const DYNPTR_FLAGS =
  FLAGS.dynptr_local | FLAGS.dynptr_ringbuf | FLAGS.dynptr_skb | FLAGS.dynptr_xdp | FLAGS.dynptr_skb_meta;

/** The register's flags without those that the argument does not mind. */
function foldedFlags({ proto }: CallNotes, arg: ProtoArg, reg: Reg): number {
  let { flags } = reg;
  if (arg.isReadonly) flags &= ~FLAGS.rdonly;
  if (arg.orNull) flags &= ~FLAGS.maybe_null;
  if (arg.row.kind === 'mem') flags &= ~DYNPTR_FLAGS;
  const isKptr = proto.name === 'kptr_xchg' && arg.reg === 2 && (flags & FLAGS.alloc) !== 0;
  return isKptr ? flags & ~(FLAGS.alloc | FLAGS.percpu) : flags;
}

function checkStruct(env: Env, notes: CallNotes, arg: ProtoArg, reg: Reg): void {
  const { name } = notes.proto;
  const { kind } = arg.row;
  const place = { reg: arg.reg };
  if (kind === 'mem' || kind === 'map_key' || kind === 'map_value') {
    if (!arg.isReadonly) refuse(env, 'arg-written', [place], name, arg.reg, typeText(reg));
    return;
  }
  if ((reg.flags & FLAGS.alloc) !== 0) {
    if (name === 'kptr_xchg' && arg.reg === 2) checkKptrMatch(env, arg.reg, notes.kptr!);
    return;
  }
  if ((reg.flags & FLAGS.percpu) !== 0) return;
  if ((reg.flags & FLAGS.maybe_null) !== 0 && (!arg.orNull || arg.isRelease)) {
    refuse(env, 'arg-maybe-null', [place], arg.reg, name);
  }
  if (name === 'kptr_xchg') {
    checkKptrMatch(env, arg.reg, notes.kptr!); // arg 1, which names the field, came before
    return;
  }
  const wanted = arg.detail ?? 'sock_common';
  const id = env.input.kernel.find('struct', wanted);
  const isStrict = arg.isRelease && name !== 'sk_release';
  if (id !== undefined && isStruct(reg, reg.off, { btf: env.input.kernel, id }, isStrict, env)) return;
  refuse(env, 'arg-struct', [place], arg.reg, structName(reg), wanted);
}

/** Name of the struct behind a btf_id register. */
export function structName({ btf, object }: Reg): string {
  if (btf === undefined) return object?.name ?? '';
  const record = btf.btf.type(btf.id);
  return 'name' in record ? record.name : '';
}
