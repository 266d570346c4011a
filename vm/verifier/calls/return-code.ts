// What a program may return, by its type and where it is attached.
import { plainType } from '../../btf/query.ts';
import type { ProgTypeName } from '../../kernel/prog-types.ts';
import { opsMember } from '../ctx/struct-ops.ts';
import type { Env } from '../env.ts';
import type { VerifyInput } from '../input.ts';
import { markPrecise } from '../precision.ts';
import { refuse } from '../refusal.ts';
import { readReg } from '../regs.ts';
import { typeText } from '../type-text.ts';
import { invalidScalarText, isWithin } from './result-range.ts';

/** Smallest and largest result; of all 64 bits, or of the low 32 as s32. */
interface ResultRule {
  readonly range: readonly [number, number];
  readonly bits?: 32;
}

const ZERO: ResultRule = { range: [0, 0] };
const ONE: ResultRule = { range: [1, 1] };
const BOOL: ResultRule = { range: [0, 1] };
const TWO_BITS: ResultRule = { range: [0, 3] };
const ERRNOS: ResultRule = { range: [-4095, 0], bits: 32 };

/** Attach types that have rules. @see include/uapi/linux/bpf.h enum bpf_attach_type */
// oxfmt-ignore
const AT = {
  inet_egress: 1, inet4_bind: 8, inet6_bind: 9, udp4_recvmsg: 19, udp6_recvmsg: 20, trace_raw_tp: 23, trace_fentry: 24, trace_fexit: 25,
  modify_return: 26, trace_iter: 28, inet4_getpeername: 29, inet6_getpeername: 30, inet4_getsockname: 31, inet6_getsockname: 32,
  lsm_cgroup: 43, unix_recvmsg: 51, unix_getpeername: 52, unix_getsockname: 53, kprobe_session: 56, uprobe_session: 57,
} as const satisfies Record<string, number>;

const MUST_BE_ONE: ReadonlySet<number> = new Set([
  AT.udp4_recvmsg,
  AT.udp6_recvmsg,
  AT.unix_recvmsg,
  AT.inet4_getpeername,
  AT.inet6_getpeername,
  AT.unix_getpeername,
  AT.inet4_getsockname,
  AT.inet6_getsockname,
  AT.unix_getsockname,
]);

/** Of types that are absent any number may be returned. */
const RULES: Readonly<Partial<Record<ProgTypeName, ResultRule | ((env: Env) => ResultRule | undefined)>>> = {
  cgroup_sock_addr: ({ input: { attachType } }) => {
    if (MUST_BE_ONE.has(attachType)) return ONE;
    return attachType === AT.inet4_bind || attachType === AT.inet6_bind ? TWO_BITS : BOOL;
  },
  cgroup_skb: ({ input }) => (input.attachType === AT.inet_egress ? TWO_BITS : BOOL),
  cgroup_sock: BOOL,
  sock_ops: BOOL,
  cgroup_device: BOOL,
  cgroup_sysctl: BOOL,
  cgroup_sockopt: BOOL,
  tracing: ({ input: { attachType } }) => {
    if (attachType === AT.trace_iter) return BOOL;
    return attachType === AT.trace_fentry || attachType === AT.trace_fexit ? ZERO : undefined;
  },
  kprobe: ({ input: { attachType } }) =>
    attachType === AT.kprobe_session || attachType === AT.uprobe_session ? BOOL : undefined,
  sk_lookup: BOOL,
  netfilter: BOOL,
  lsm: lsmRule,
  struct_ops: ({ input }) => (returnsPointer(input) ? ZERO : undefined),
};

/** Hooks of LSM that return 0 or 1; the others return 0 or -errno. @see kernel/bpf/bpf_lsm.c bool_lsm_hooks */
const BOOL_HOOKS: ReadonlySet<string> = new Set([
  'audit_rule_known',
  'inode_xattr_skipcap',
  'xfrm_state_pol_flow_match',
]);

/** The result of a function of a struct: a pointer can only be null here. */
function returnsPointer(input: VerifyInput): boolean {
  const member = opsMember(input);
  return member !== undefined && plainType(input.kernel, member.proto.ret).kind === 'ptr';
}

function lsmRule(env: Env): ResultRule | undefined {
  const { attachType, target } = env.input;
  if (attachType === AT.lsm_cgroup) return isVoidHook(env) ? ONE : BOOL;
  return BOOL_HOOKS.has(target?.name ?? '') ? BOOL : ERRNOS;
}

/** True when the LSM hook that the program is for returns nothing. */
export function isVoidHook({ input: { kernel, target } }: Env): boolean {
  const id = kernel.find('func', `bpf_lsm_${target?.name ?? ''}`);
  const func = id === undefined ? undefined : kernel.type(id);
  const proto = func?.kind === 'func' ? kernel.type(func.type) : undefined;
  return proto?.kind === 'func_proto' && proto.ret === 0;
}

/** Refuses a result, in r`n`, that the program may not have: r0 at its end, r1 where it throws. @see check_return_code */
export function checkReturnCode(env: Env, n = 0): void {
  const { input, state } = env;
  const first = state.frames[0]!;
  const isMain = first.subprog === 0;
  const endsProgram = isMain || first.isExceptionCallback;
  if (endsProgram && input.type === 'lsm' && input.attachType !== AT.lsm_cgroup && isVoidHook(env)) return;
  if (endsProgram && input.type === 'struct_ops' && opsMember(input)?.proto.ret === 0) return;
  const reg = readReg(env, n);
  if (first.isAsyncCallback) {
    checkRange(env, n, { range: first.callbackRange }, 'At async callback return');
    return;
  }
  if (!endsProgram) {
    if (reg.type !== 'scalar') refuse(env, 'return-subprog', [{ reg: n }], n, typeText(reg));
    return;
  }
  const found = RULES[input.type];
  const rule = typeof found === 'function' ? found(env) : found;
  if (rule !== undefined) checkRange(env, n, rule, 'At program exit');
}

function checkRange(
  env: Env,
  n: number,
  { range, bits = 64 }: Omit<ResultRule, 'bits'> & { bits?: 32 | 64 },
  where: string,
): void {
  const place = { reg: n };
  const reg = env.reg(n);
  if (reg.type !== 'scalar') refuse(env, 'return-pointer', [place], n, where, typeText(reg));
  markPrecise(env, n);
  const { scalar } = env.reg(n);
  if (isWithin(range, scalar, bits)) return;
  refuse(env, 'return-range', [place], n, where, invalidScalarText(scalar), ...range);
}
