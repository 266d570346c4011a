// Which registers a helper's argument may be, by kind. @see kernel/bpf/verifier.c compatible_reg_types
import type { ArgKind } from '../../helpers/args.ts';
import { FLAGS, type RegType } from '../reg.ts';

/** A type with its flags, all of them. */
export interface AcceptedType {
  readonly type: RegType;
  readonly flags: number;
}

const plain = (...types: readonly RegType[]): readonly AcceptedType[] =>
  types.map((type) => ({ type, flags: 0 }));
const flagged = (type: RegType, ...flags: readonly number[]): readonly AcceptedType[] =>
  flags.map((bits) => ({ type, flags: bits }));

const MEMORY: readonly AcceptedType[] = [
  ...plain('stack', 'pkt', 'pkt_meta', 'map_key', 'map_value', 'mem'),
  ...flagged('mem', FLAGS.ringbuf),
  ...plain('buf'),
  ...flagged('btf_id', FLAGS.trusted),
];
const SOCKETS = plain('sock_common', 'sock', 'tcp_sock', 'xdp_sock');

/** In the order in which messages name them; kinds that are absent take anything, or belong to kernel functions. */
export const ACCEPTED: Readonly<Partial<Record<ArgKind | 'btf_sock_common', readonly AcceptedType[]>>> = {
  map_key: MEMORY,
  map_value: MEMORY,
  mem: MEMORY,
  size: plain('scalar'),
  alloc_size: plain('scalar'),
  map: plain('map_ptr'),
  ctx: plain('ctx'),
  sock_common: SOCKETS,
  socket: plain('sock'),
  btf_sock_common: [...SOCKETS, ...flagged('btf_id', 0, FLAGS.trusted)],
  btf_id: flagged('btf_id', 0, FLAGS.trusted, FLAGS.rcu),
  percpu_btf_id: flagged('btf_id', FLAGS.percpu, FLAGS.percpu | FLAGS.rcu, FLAGS.percpu | FLAGS.trusted),
  spin_lock: [...plain('map_value'), ...flagged('btf_id', FLAGS.alloc)],
  kptr_slot: [...plain('map_value'), ...flagged('btf_id', FLAGS.alloc)],
  ringbuf_mem: flagged('mem', FLAGS.ringbuf),
  func: plain('func'),
  stack: plain('stack'),
  const_str: plain('map_value'),
  timer: plain('map_value'),
  dynptr: plain('stack', 'dynptr'),
};
