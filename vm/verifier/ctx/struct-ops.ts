// Programs that are the functions of a struct of the kernel (struct_ops): which struct and member, and what of the kernel they may write.
import type { BtfRecord } from '../../btf/btf.ts';
import { isStruct, plainType } from '../../btf/query.ts';
import { PROG_FLAGS } from '../../kernel/prog-types.ts';
import type { Env } from '../env.ts';
import type { VerifyInput } from '../input.ts';
import { refuse } from '../refusal.ts';

/** What no BTF tells of a struct of functions. @see struct bpf_struct_ops */
interface StructRules {
  /** Functions that programs cannot be. */
  readonly unsupported?: readonly string[];
  /** Functions that may sleep, where not all may. */
  readonly sleepable?: readonly string[];
  /** Programs may call no helper, only kernel functions. */
  readonly hasNoHelpers?: true;
}

/** @see net/ipv4/bpf_tcp_ca.c, net/bpf/bpf_dummy_struct_ops.c */
const RULES: Readonly<Record<string, StructRules>> = {
  tcp_congestion_ops: { unsupported: ['get_info'] },
  bpf_dummy_ops: { sleepable: ['test_sleepable'], hasNoHelpers: true },
};

export type FuncProto = Extract<BtfRecord, { kind: 'func_proto' }>;

/** The member that a program is, and its type. */
export interface OpsMember {
  readonly name: string;
  readonly proto: FuncProto;
}

/** Refuses a program for what is no struct of functions, or no function of it. @see check_struct_ops_btf_id */
export function checkStructOps(env: Env): void {
  const { input } = env;
  if (input.type !== 'struct_ops') return;
  const struct = input.target?.struct ?? '';
  env.pc = 0;
  if (!input.gpl) refuse(env, 'struct-ops-licence', []);
  if (struct === '') refuse(env, 'struct-ops-none', []);
  const record = structOf(input);
  if (record === undefined)
    refuse(env, 'struct-ops-struct', [], input.kernel.find('struct', struct) ?? 0, struct);
  const index = input.attachType;
  const member = record.members[index];
  if (member === undefined) refuse(env, 'struct-ops-index', [], index, struct);
  const name = member.name;
  if (opsMember(input) === undefined) refuse(env, 'struct-ops-member', [], name, index, struct);
  const { unsupported, sleepable } = RULES[struct] ?? {};
  const isAsleep = (input.flags & PROG_FLAGS.sleepable) !== 0;
  if (unsupported?.includes(name) === true) refuse(env, 'struct-ops-unsupported', [], name, struct);
  if (isAsleep && sleepable?.includes(name) === false) refuse(env, 'struct-ops-sleeps', [], name, struct);
}

/** True for programs that may call no helper at all. */
export function hasNoHelpers({ type, target }: VerifyInput): boolean {
  return type === 'struct_ops' && RULES[target?.struct ?? '']?.hasNoHelpers === true;
}

/** The function that the program is; undefined when its load does not say one. */
export function opsMember(input: VerifyInput): OpsMember | undefined {
  const member = structOf(input)?.members[input.attachType];
  const pointer = member === undefined ? undefined : plainType(input.kernel, member.type);
  const proto = pointer?.kind === 'ptr' ? plainType(input.kernel, pointer.type) : undefined;
  return proto?.kind === 'func_proto' ? { name: member!.name, proto } : undefined;
}

/** Argument `arg` of the function may be null: its stub in the kernel says so by the parameter's name. @see prepare_arg_info */
export function isNullableArg({ kernel, target }: VerifyInput, member: string, arg: number): boolean {
  const id = kernel.find('func', `${target?.struct ?? ''}__${member}`);
  const func = id === undefined ? undefined : kernel.type(id);
  const proto = func?.kind === 'func' ? kernel.type(func.type) : undefined;
  return proto?.kind === 'func_proto' && proto.params[arg]?.name.endsWith('__nullable') === true;
}

/** The kernel has such a struct, and one around it for its map. */
function structOf({
  kernel,
  target,
}: VerifyInput): Extract<BtfRecord, { kind: 'struct' | 'union' }> | undefined {
  const struct = target?.struct ?? '';
  const id = kernel.find('struct', struct);
  if (id === undefined || kernel.find('struct', `bpf_struct_ops_${struct}`) === undefined) return undefined;
  const record = kernel.type(id);
  return isStruct(record) ? record : undefined;
}

/** A socket of TCP is all that the functions of congestion control are given: they see the whole of it. @see bpf_tcp_ca_is_valid_access */
export function promoted({ kernel, target }: VerifyInput, id: number): number {
  if (target?.struct !== 'tcp_congestion_ops' || id !== kernel.find('struct', 'sock')) return id;
  return kernel.find('struct', 'tcp_sock') ?? id;
}
