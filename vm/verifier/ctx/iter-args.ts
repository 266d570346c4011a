// What iterators hand to their programs: pointers whose nullness and trust no BTF tells.
import type { RegType } from '../reg.ts';

/** An argument of an iterator's program. */
export interface IterArg {
  readonly type: Extract<RegType, 'btf_id' | 'buf'>;
  /** Names of FLAGS beside maybe_null. */
  readonly flags: readonly ('trusted' | 'rdonly')[];
  readonly mayBeNull: boolean;
}

const PLAIN: IterArg = { type: 'btf_id', flags: [], mayBeNull: true };
const TRUSTED: IterArg = { type: 'btf_id', flags: ['trusted'], mayBeNull: true };
const READ_BUFFER: IterArg = { type: 'buf', flags: ['rdonly'], mayBeNull: true };
const BUFFER: IterArg = { type: 'buf', flags: [], mayBeNull: true };

/** By the name of the iterator's function, arguments by their number. Those that are not here are what their BTF says. @see struct bpf_iter_reg ctx_arg_info */
// oxfmt-ignore
const ITER_ARGS: Readonly<Record<string, Readonly<Record<number, IterArg>>>> = {
  bpf_iter_bpf_link:           { 1: PLAIN },
  bpf_iter_bpf_map:            { 1: TRUSTED },
  bpf_iter_bpf_map_elem:       { 2: READ_BUFFER, 3: BUFFER },
  bpf_iter_bpf_prog:           { 1: PLAIN },
  bpf_iter_bpf_sk_storage_map: { 2: PLAIN, 3: BUFFER },
  bpf_iter_cgroup:             { 1: TRUSTED },
  bpf_iter_dmabuf:             { 1: PLAIN },
  bpf_iter_ipv6_route:         { 1: PLAIN },
  bpf_iter_kmem_cache:         { 1: TRUSTED },
  bpf_iter_ksym:               { 1: PLAIN },
  bpf_iter_netlink:            { 1: PLAIN },
  bpf_iter_sockmap:            { 2: READ_BUFFER, 3: PLAIN },
  bpf_iter_task:               { 1: TRUSTED },
  bpf_iter_task_file:          { 1: PLAIN, 3: PLAIN },
  bpf_iter_task_vma:           { 1: PLAIN, 2: PLAIN },
  bpf_iter_tcp:                { 1: TRUSTED },
  bpf_iter_udp:                { 1: TRUSTED },
  bpf_iter_unix:               { 1: PLAIN },
};

export function iterArg(func: string, arg: number): IterArg | undefined {
  return Object.hasOwn(ITER_ARGS, func) ? ITER_ARGS[func]![arg] : undefined;
}
