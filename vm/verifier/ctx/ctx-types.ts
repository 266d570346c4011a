// Types that a function's parameter has when it is the ctx of a program.
import type { Btf } from '../../btf/btf.ts';
import { isModifier, isStruct, nameOf, plainType, skipModifiers } from '../../btf/query.ts';
import type { ProgTypeName } from '../../kernel/prog-types.ts';
import type { Env } from '../env.ts';
import { refuse } from '../refusal.ts';
import { TRACE_ATTACH } from './target.ts';

/** The struct that programs of a type call their ctx; types that are not here have none. @see include/linux/bpf_types.h, struct bpf_ctx_convert */
// oxfmt-ignore
const CTX_STRUCTS: Readonly<Partial<Record<ProgTypeName, string>>> = {
  socket_filter: '__sk_buff', sched_cls: '__sk_buff', sched_act: '__sk_buff', cgroup_skb: '__sk_buff', lwt_in: '__sk_buff',
  lwt_out: '__sk_buff', lwt_xmit: '__sk_buff', lwt_seg6local: '__sk_buff', sk_skb: '__sk_buff', flow_dissector: '__sk_buff',
  xdp: 'xdp_md',
  cgroup_sock: 'bpf_sock',
  cgroup_sock_addr: 'bpf_sock_addr',
  sock_ops: 'bpf_sock_ops',
  sk_msg: 'sk_msg_md',
  kprobe: 'pt_regs',
  perf_event: 'bpf_perf_event_data',
  raw_tracepoint: 'bpf_raw_tracepoint_args',
  raw_tracepoint_writable: 'bpf_raw_tracepoint_args',
  cgroup_device: 'bpf_cgroup_dev_ctx',
  cgroup_sysctl: 'bpf_sysctl',
  cgroup_sockopt: 'bpf_sockopt',
  sk_reuseport: 'sk_reuseport_md',
  sk_lookup: 'bpf_sk_lookup',
  netfilter: 'bpf_nf_ctx',
};

/** The kernel's own struct behind a ctx: a function may ask for that too. @see btf_is_projection_of */
const PROJECTED: Readonly<Record<string, string>> = { __sk_buff: 'sk_buff', xdp_md: 'xdp_buff' };

const USER_PT_REGS = 'bpf_user_pt_regs_t';

/** What a pointer points at says by its name that it is the ctx of a program of this type. @see btf_is_prog_ctx_type */
export function isCtxType(types: Btf, pointed: number, type: ProgTypeName): boolean {
  if (type === 'kprobe' && firstTypedef(types, pointed) === USER_PT_REGS) return true;
  const struct = plainType(types, pointed);
  const wanted = CTX_STRUCTS[type];
  if (!isStruct(struct) || wanted === undefined) return false;
  // Programs for old kernels give a struct the name of that typedef.
  if (type === 'kprobe' && struct.name === USER_PT_REGS) return true;
  return struct.name === wanted || struct.name === PROJECTED[wanted];
}

/** Name of the first typedef among a type's modifiers. */
function firstTypedef(types: Btf, id: number): string | undefined {
  let record = types.type(id);
  while (isModifier(record) && record.kind !== 'typedef') record = types.type(record.type);
  return record.kind === 'typedef' ? record.name : undefined;
}

/** Refuses a parameter that is tagged as ctx and points at something that the ctx of the program is not. @see btf_validate_prog_ctx_type */
export function checkCtxTag(env: Env, types: Btf, arg: number, pointed: number): void {
  const { type } = env.input;
  const takesRegs = type === 'kprobe' || type === 'perf_event';
  if (takesRegs && firstTypedef(types, pointed) === USER_PT_REGS) return;
  const record = plainType(types, pointed);
  if (record.kind === 'void') return;
  const name = nameOf(record);
  if (name === '') refuse(env, 'func-arg-ctx-name', [], arg);
  if (isSpecialCtx(env, types, skipModifiers(types, pointed))) return;
  const wanted = CTX_STRUCTS[type];
  if (wanted === undefined) refuse(env, 'func-arg-ctx-void', [], arg);
  if (record.kind !== 'struct' || name !== wanted) refuse(env, 'func-arg-ctx-struct', [], arg, wanted);
}

const ANY_CTX: ReadonlySet<ProgTypeName> = new Set(['tracepoint', 'syscall', 'ext']);
/** Types whose ctx are numbers of 8 bytes. */
const WORD_CTX: ReadonlySet<ProgTypeName> = new Set([
  'raw_tracepoint',
  'raw_tracepoint_writable',
  'lsm',
  'struct_ops',
]);
const { raw_tp, fentry, fexit, fmod_ret, iter } = TRACE_ATTACH;
const WORD_ATTACH: ReadonlySet<number> = new Set([raw_tp, fentry, fexit, fmod_ret]);

function isSpecialCtx({ input: { type, attachType } }: Env, types: Btf, id: number): boolean {
  if (ANY_CTX.has(type)) return true;
  const record = types.type(id);
  const isWord = record.kind === 'int' && record.bytes === 8;
  if (WORD_CTX.has(type)) return isWord;
  if (record.kind === 'struct' && (type === 'kprobe' || type === 'perf_event')) {
    return record.name === 'pt_regs';
  }
  if (type !== 'tracing') return false;
  if (isWord) return WORD_ATTACH.has(attachType);
  if (record.kind !== 'struct') return false;
  if (attachType === iter) return record.name.startsWith('bpf_iter__');
  return attachType === raw_tp && record.name === 'bpf_raw_tracepoint_args';
}
