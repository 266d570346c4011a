// Which maps programs of a type may name.
import type { MapTypeName } from '../maps/types.ts';
import type { ValueFieldKind } from '../object.ts';
import type { ProgTypeName } from './prog-types.ts';

/** Most maps that one program names. @see include/linux/bpf_verifier.h MAX_USED_MAPS */
export const LIMIT_MAPS = 64;

/** Those that programs that may sleep can use. @see kernel/bpf/verifier.c check_map_prog_compatibility */
export const SLEEPABLE_MAPS: ReadonlySet<string> = new Set([
  'hash',
  'lru_hash',
  'array',
  'percpu_hash',
  'percpu_array',
  'lru_percpu_hash',
  'array_of_maps',
  'hash_of_maps',
  'ringbuf',
  'user_ringbuf',
  'inode_storage',
  'sk_storage',
  'task_storage',
  'cgrp_storage',
  'queue',
  'stack',
  'arena',
] satisfies MapTypeName[]);

/** Fields of a value that some programs may not have in their maps, in the order in which the kernel looks for them, and what it calls them. */
export const GUARDED_FIELDS = [
  { kinds: ['list_head', 'rb_root'], text: 'bpf_{list_head,rb_root}' },
  { kinds: ['spin_lock', 'res_spin_lock'], text: 'bpf_spin_lock' },
  { kinds: ['timer'], text: 'bpf_timer' },
  { kinds: ['workqueue'], text: 'bpf_wq' },
] as const satisfies readonly { readonly kinds: readonly ValueFieldKind[]; readonly text: string }[];

/** Types whose programs may not have any of those: they may interrupt whoever uses such a field. @see is_tracing_prog_type */
export const INTERRUPTING: ReadonlySet<string> = new Set([
  'kprobe',
  'tracepoint',
  'perf_event',
  'raw_tracepoint',
  'raw_tracepoint_writable',
] satisfies ProgTypeName[]);
