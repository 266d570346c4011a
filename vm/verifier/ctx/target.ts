// The function that a tracing program is attached to, as the kernel's BTF tells it.
import type { Btf } from '../../btf/btf.ts';
import { ANY_SYSCALL_FUNC, SYSCALL_FUNC_NAME } from '../../btf/kernel-funcs.ts';
import { isFromTables } from '../../btf/kernel-types.ts';
import type { VerifyInput } from '../input.ts';
import { opsMember, type FuncProto } from './struct-ops.ts';

/** Expected attach types of type tracing and lsm. @see enum bpf_attach_type */
export const TRACE_ATTACH = {
  raw_tp: 23,
  fentry: 24,
  fexit: 25,
  fmod_ret: 26,
  lsm: 27,
  iter: 28,
  lsm_cgroup: 43,
} as const satisfies Record<string, number>;

/** What the ctx of a program that is attached to a function holds. */
export interface TraceTarget {
  /** As the kernel's messages call it: 'sys_enter', 'bpf_iter_task'. */
  readonly name: string;
  /** What stands there of its type; undefined when the BTF does not know it: five numbers then. */
  readonly proto: FuncProto | undefined;
  /** The first parameter is the tracepoint's own, and no part of the ctx. */
  readonly isTracepoint: boolean;
}

/** The expected attach type of a program of type tracing or lsm; 0 for other types, to whom the number means something else. */
export function traceAttach({ type, attachType }: VerifyInput): number {
  return type === 'tracing' || type === 'lsm' ? attachType : 0;
}

const TARGETS = new WeakMap<VerifyInput, TraceTarget>();

/** The target of a program whose ctx are arguments. */
export function traceTarget(input: VerifyInput): TraceTarget {
  let target = TARGETS.get(input);
  if (target === undefined) {
    target = findTarget(input);
    TARGETS.set(input, target);
  }
  return target;
}

const PREFIXES: Readonly<Record<number, string>> = {
  [TRACE_ATTACH.lsm]: 'bpf_lsm_',
  [TRACE_ATTACH.lsm_cgroup]: 'bpf_lsm_',
  [TRACE_ATTACH.iter]: 'bpf_iter_',
};

function findTarget(input: VerifyInput): TraceTarget {
  const { target, kernel } = input;
  if (input.type === 'struct_ops') {
    const member = opsMember(input);
    return { name: member?.name ?? '', proto: member?.proto, isTracepoint: false };
  }
  const attachType = traceAttach(input);
  const given = target?.name ?? '';
  const prefix = PREFIXES[attachType] ?? '';
  const name = given.startsWith(prefix) ? given : prefix + given;
  const isTracepoint = attachType === TRACE_ATTACH.raw_tp;
  const proto = isTracepoint ? tracepointProto(kernel, name) : functionProto(kernel, name);
  return { name, proto, isTracepoint };
}

/** The typedef btf_trace_NAME is one of a pointer to a function. */
function tracepointProto(kernel: Btf, name: string): FuncProto | undefined {
  const id = kernel.find('typedef', `btf_trace_${name}`);
  const typedef = id === undefined ? undefined : kernel.type(id);
  const pointer = typedef?.kind === 'typedef' ? kernel.type(typedef.type) : undefined;
  const proto = pointer?.kind === 'ptr' ? kernel.type(pointer.type) : undefined;
  return proto?.kind === 'func_proto' ? proto : undefined;
}

function functionProto(kernel: Btf, name: string): FuncProto | undefined {
  const isCall = isFromTables(kernel) && SYSCALL_FUNC_NAME.test(name);
  const id = kernel.find('func', isCall ? ANY_SYSCALL_FUNC : name);
  const func = id === undefined ? undefined : kernel.type(id);
  const proto = func?.kind === 'func' ? kernel.type(func.type) : undefined;
  return proto?.kind === 'func_proto' ? proto : undefined;
}
