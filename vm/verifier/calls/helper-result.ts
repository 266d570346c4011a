// What a helper leaves in r0.
import type { HelperRet } from '../../helpers/args.ts';
import type { HelperName } from '../../helpers/table.ts';
import { isStruct, nameOf, plainType, sizeOf } from '../../btf/query.ts';
import type { Env } from '../env.ts';
import { kernelStruct, kptrTarget } from '../kfuncs/objects.ts';
import { FLAGS, makeReg, NOT_INIT, UNKNOWN_REG, withReg, type Reg, type RegType } from '../reg.ts';
import { narrow } from '../scalar-narrow.ts';
import { refuse } from '../refusal.ts';
import { UNKNOWN } from '../scalar.ts';
import type { CallNotes } from './call-notes.ts';
import { isAlwaysFull } from './const-key.ts';
import { acquire } from './held.ts';
import { isSockMap } from './sock-maps.ts';

const MAX_ERRNO = 4095;
/** CPUs that a program must count on where nobody says how many there are: as many as `LIMIT_CPUS` of machine.ts. */
const MOST_CPUS = 64;
const U32 = 32;

/** The register. Acquires a reference where the helper does. */
export function resultOf(env: Env, notes: CallNotes): Reg {
  const { name, row } = notes.proto;
  const [word, detail] = (row.ret ?? 'integer').split(':', 2) as [HelperRet, string | undefined]; // no word but HelperRet's stands before a colon
  if (word === 'integer') return integer(env, name, notes);
  if (word === 'void') return NOT_INIT;
  const result = pointer(env, notes, word, detail);
  return withIds(env, notes, result);
}

/** @see do_refine_retval_range */
function integer(env: Env, name: HelperName, { maxBytes }: CallNotes): Reg {
  switch (name) {
    case 'get_stack':
    case 'get_task_stack':
    case 'probe_read_str':
    case 'probe_read_kernel_str':
    case 'probe_read_user_str': {
      const smax32 = Number(BigInt.asIntN(U32, maxBytes));
      const ends = { smin: BigInt(-MAX_ERRNO), smax: maxBytes, s32min: -MAX_ERRNO, s32max: smax32 };
      return makeReg('scalar', narrow(UNKNOWN, ends));
    }
    case 'get_smp_processor_id': {
      const last = (env.input.cpus ?? MOST_CPUS) - 1;
      const ends = { umin: 0n, umax: BigInt(last), smin: 0n, smax: BigInt(last) };
      return makeReg(
        'scalar',
        narrow(UNKNOWN, { ...ends, u32min: 0, u32max: last, s32min: 0, s32max: last }),
      );
    }
    default:
      return UNKNOWN_REG;
  }
}

const SOCKETS: Readonly<Partial<Record<HelperRet, RegType>>> = {
  ptr_to_socket_or_null: 'sock',
  ptr_to_tcp_sock_or_null: 'tcp_sock',
  ptr_to_sock_common_or_null: 'sock_common',
};

function pointer(env: Env, notes: CallNotes, word: HelperRet, detail: string | undefined): Reg {
  const flags = word.includes('_or_null') ? FLAGS.maybe_null : 0;
  const socket = SOCKETS[word];
  if (socket !== undefined) return withReg(makeReg(socket), { flags });
  if (word.startsWith('ptr_to_map_value')) return mapValue(env, notes, flags);
  if (word.startsWith('ptr_to_ringbuf_mem')) {
    return withReg(makeReg('mem'), { flags: flags | FLAGS.ringbuf, memBytes: notes.allocBytes });
  }
  if (word.startsWith('ptr_to_mem_or_btf_id')) return percpuReg(env, notes, flags);
  if (word.startsWith('ptr_to_mem')) return withReg(makeReg('mem'), { flags, memBytes: notes.allocBytes });
  return detail === undefined ? kptr(env, notes, flags) : struct(env, notes, flags, detail);
}

function mapValue(env: Env, { proto, map, mapUid, constKey }: CallNotes, flags: number): Reg {
  const { spec } = map!; // rows with such a result take a map
  const isThere =
    proto.name === 'map_lookup_elem' &&
    isAlwaysFull(spec) &&
    constKey !== undefined &&
    constKey >= 0n &&
    constKey < BigInt(spec.maxEntries);
  const kept = isThere ? flags & ~FLAGS.maybe_null : flags;
  const hasLock = spec.fields?.some(({ kind }) => kind === 'spin_lock' || kind === 'res_spin_lock') === true;
  const id = (kept & FLAGS.maybe_null) === 0 && hasLock ? env.nextId() : 0;
  return withReg(makeReg('map_value'), { flags: kept, map, mapUid, id });
}

/** What stood in a field of a map value. */
function kptr(env: Env, { kptr }: CallNotes, flags: number): Reg {
  const field = kptr!; // kptr_xchg alone has such a result
  const target = kptrTarget(env, field);
  if (target?.object === undefined) return withReg(makeReg('btf_id'), { ...target, flags });
  const alloc = FLAGS.alloc | (field.kind === 'kptr_percpu' ? FLAGS.percpu : 0);
  return withReg(makeReg('btf_id'), { ...target, flags: flags | alloc });
}

/** Results that are trusted. */
const RESULT_FLAGS: Readonly<Partial<Record<HelperName, number>>> = {
  get_current_task_btf: FLAGS.trusted,
};

function struct(env: Env, { proto }: CallNotes, flags: number, name: string): Reg {
  const btf = kernelStruct(env, name);
  return withReg(makeReg('btf_id'), { flags: flags | (RESULT_FLAGS[proto.name] ?? 0), btf });
}

/** What one CPU has of what each has. */
function percpuReg(env: Env, { percpu }: CallNotes, flags: number): Reg {
  const { btf, object, flags: given } = percpu!; // per_cpu_ptr and this_cpu_ptr alone have such results
  if ((given & FLAGS.rcu) !== 0) {
    return withReg(makeReg('btf_id'), { btf, object, flags: FLAGS.alloc | FLAGS.rcu });
  }
  if (btf === undefined || isStruct(plainType(btf.btf, btf.id))) {
    return withReg(makeReg('btf_id'), { btf, object, flags });
  }
  const memBytes = sizeOf(btf.btf, btf.id);
  if (memBytes === undefined) {
    refuse(env, 'percpu-size', [{ reg: 1 }], nameOf(plainType(btf.btf, btf.id)));
  }
  return withReg(makeReg('mem'), { flags: flags | FLAGS.rdonly, memBytes });
}

/** Helpers whose result is another view of what they were given. @see is_ptr_cast_function */
const CASTS: ReadonlySet<HelperName> = new Set([
  'tcp_sock',
  'sk_fullsock',
  'skc_to_tcp_sock',
  'skc_to_tcp6_sock',
  'skc_to_udp6_sock',
  'skc_to_mptcp_sock',
  'skc_to_tcp_timewait_sock',
  'skc_to_tcp_request_sock',
]);

function withIds(env: Env, notes: CallNotes, result: Reg): Reg {
  const { name, row } = notes.proto;
  const id = (result.flags & FLAGS.maybe_null) === 0 ? result.id : env.nextId();
  if (name === 'dynptr_data') {
    return withReg(result, { id, refId: notes.dynptrRefId, dynptrId: notes.dynptrId });
  }
  if (CASTS.has(name)) return withReg(result, { id, refId: notes.refId });
  const isSocket = name === 'map_lookup_elem' && isSockMap(notes.map);
  if (row.acquires !== true && !isSocket) return withReg(result, { id });
  const held = acquire(env);
  return withReg(result, { id: held, refId: held });
}
