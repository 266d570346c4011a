// What stands in r0 behind a call of a kernel function.
import { isOfNumbers, isStruct as isStructRecord } from '../../btf/query.ts';
import { acquire } from '../calls/held.ts';
import type { Env } from '../env.ts';
import {
  FLAGS,
  makeReg,
  NOT_INIT,
  UNKNOWN_REG,
  withReg,
  ZERO_REG,
  type DynptrKind,
  type Reg,
} from '../reg.ts';
import type { KfuncName } from '../../helpers/kfuncs.ts';
import { refuse } from '../refusal.ts';
import type { Kfunc, KfuncNotes } from './call.ts';
import { mayHoldLock } from './fields.ts';
import { kernelStruct, nodeOf, ownStruct } from './objects.ts';
import { nonOwning } from './owning.ts';

const DYNPTR_FLAGS = {
  local: FLAGS.dynptr_local,
  ringbuf: FLAGS.dynptr_ringbuf,
  skb: FLAGS.dynptr_skb,
  skb_meta: FLAGS.dynptr_skb_meta,
  xdp: FLAGS.dynptr_xdp,
} as const satisfies Record<DynptrKind, number>;

/** Functions whose result depends on more than their row. @see check_special_kfunc */
const SPECIAL: Readonly<Partial<Record<KfuncName, (env: Env, notes: KfuncNotes) => Reg>>> = {
  bpf_obj_new_impl: newObject,
  bpf_refcount_acquire_impl: (_env, { object }) =>
    withReg(makeReg('btf_id'), { ...object, flags: FLAGS.alloc }),
  bpf_percpu_obj_new_impl: newPercpuObject,
  bpf_rdonly_cast: castReg,
  bpf_cast_to_kern_ctx: (_env, { kernelCtx }) =>
    withReg(makeReg('btf_id'), { btf: kernelCtx, flags: FLAGS.trusted }),
  bpf_session_cookie: () => withReg(makeReg('mem'), { memBytes: 8 }),
  bpf_dynptr_slice: (env, notes) => sliceReg(env, notes, true),
  bpf_dynptr_slice_rdwr: (env, notes) => sliceReg(env, notes, false),
};

/** Program types that may read the packet, and not write it. @see may_access_direct_pkt_data */
const READS_PACKET: ReadonlySet<string> = new Set([
  'lwt_in',
  'lwt_out',
  'lwt_seg6local',
  'sk_reuseport',
  'flow_dissector',
  'cgroup_skb',
]);
const WRITES_PACKET: ReadonlySet<string> = new Set([
  'sched_cls',
  'sched_act',
  'xdp',
  'lwt_xmit',
  'sk_skb',
  'sk_msg',
  'cgroup_sockopt',
]);

/** Fills r0. @see check_kfunc_call, check_special_kfunc */
export function setResult(env: Env, kfunc: Kfunc, notes: KfuncNotes): void {
  const { row } = kfunc;
  const { ret = 'void' } = row;
  if (ret === 'void') {
    env.setReg(0, NOT_INIT);
    return;
  }
  if (ret === 'integer') {
    env.setReg(0, kfunc.name.startsWith('bpf_res_spin_lock') ? ZERO_REG : UNKNOWN_REG);
    return;
  }
  env.setReg(0, pointerOf(env, kfunc, notes));
}

function pointerOf(env: Env, kfunc: Kfunc, notes: KfuncNotes): Reg {
  const { row, name } = kfunc;
  let reg = plainPointer(env, kfunc, notes);
  const isCertain = name === 'bpf_refcount_acquire_impl' && notes.isOwning;
  const mayBeNull = row.ret!.includes('_or_null') && !isCertain;
  if (mayBeNull) reg = withReg(reg, { flags: reg.flags | FLAGS.maybe_null, id: env.nextId() });
  if (row.acquires === true) {
    const refId = acquire(env);
    reg = withReg(reg, mayBeNull ? { refId, id: refId } : { refId });
  } else if (notes.root !== undefined) {
    reg = nonOwningOrNull(reg);
  }
  return reg.id === 0 && mayHoldLock(reg) ? withReg(reg, { id: env.nextId() }) : reg;
}

function plainPointer(env: Env, kfunc: Kfunc, notes: KfuncNotes): Reg {
  const ret = kfunc.row.ret!;
  const [, detail = ''] = ret.split(':', 2);
  const special = SPECIAL[kfunc.name];
  if (special !== undefined) return special(env, notes);
  if (notes.root !== undefined) return nodeReg(env, notes);
  if (ret.startsWith('ptr_to_mem')) {
    const fields = { flags: FLAGS.rdonly, memBytes: Number(detail), refId: notes.refId };
    return withReg(makeReg('mem'), fields);
  }
  return withReg(makeReg('btf_id'), { btf: kernelStruct(env, detail), flags: trustOf(kfunc, notes) });
}

/** Only iterators yield pointers that are trusted, or RCU's, without a reference. */
function trustOf({ row, name }: Kfunc, { iter }: KfuncNotes): number {
  if (name === 'bpf_get_kmem_cache') return FLAGS.untrusted;
  if (row.iter !== 'next' || iter === undefined) return 0;
  return (iter.reg.flags & FLAGS.rcu) !== 0 ? FLAGS.rcu : FLAGS.trusted;
}

function newObject(env: Env, notes: KfuncNotes): Reg {
  const id = notes.constant!;
  if (id > 0xffff_ffffn) refuse(env, 'object-id-range', [{ reg: 1 }], id);
  const { types, objects } = env.input;
  if (types === undefined && objects.length === 0) refuse(env, 'object-no-btf', [{ reg: 1 }]);
  const pointee = ownStruct(env, Number(id)) ?? refuse(env, 'object-not-struct', [{ reg: 1 }], id);
  return withReg(makeReg('btf_id'), { ...pointee, flags: FLAGS.alloc });
}

/** @see include/linux/bpf.h BPF_GLOBAL_PERCPU_MA_MAX_SIZE */
const LIMIT_PERCPU_BYTES = 512;

function newPercpuObject(env: Env, notes: KfuncNotes): Reg {
  const reg = newObject(env, notes);
  const { btf, object } = reg;
  const bytes = object?.bytes ?? 0;
  if (bytes > LIMIT_PERCPU_BYTES) refuse(env, 'percpu-object-size', [{ reg: 1 }], bytes, LIMIT_PERCPU_BYTES);
  if (
    btf !== undefined &&
    !isOfNumbers(btf.btf, btf.id, () => env.log.line('max struct nesting depth exceeded'))
  )
    refuse(env, 'percpu-object-type', [{ reg: 1 }]);
  if ((object?.fields ?? []).length > 0) refuse(env, 'percpu-object-fields', [{ reg: 1 }]);
  return withReg(reg, { flags: FLAGS.alloc | FLAGS.percpu });
}

/** The node of a list or tree, as a pointer into the object that it lies in. @see mark_reg_graph_node */
function nodeReg(env: Env, { root }: KfuncNotes): Reg {
  const node = nodeOf(env, root!);
  return withReg(makeReg('btf_id'), { ...node?.pointee, flags: FLAGS.alloc, off: node?.off ?? 0 });
}

/** @see ref_set_non_owning: the flag for null stays out of what decides */
function nonOwningOrNull(reg: Reg): Reg {
  const maybeNull = reg.flags & FLAGS.maybe_null;
  const plain = nonOwning(withReg(reg, { flags: reg.flags & ~FLAGS.maybe_null }));
  return withReg(plain, { flags: plain.flags | maybeNull });
}

function castReg(env: Env, notes: KfuncNotes): Reg {
  const id = notes.constant!;
  const { kernel } = env.input;
  if (id === 0n) return withReg(makeReg('mem'), { flags: FLAGS.rdonly | FLAGS.untrusted });
  if (id >= BigInt(kernel.count)) refuse(env, 'cast-unknown', [{ reg: 2 }], BigInt.asIntN(64, id));
  const record = kernel.type(Number(id));
  if (!isStructRecord(record)) refuse(env, 'cast-not-struct', [{ reg: 2 }], id);
  return withReg(makeReg('btf_id'), { btf: { btf: kernel, id: Number(id) }, flags: FLAGS.untrusted });
}

function sliceReg(env: Env, { dynptr, constant }: KfuncNotes, isReadonly: boolean): Reg {
  let flags: number = DYNPTR_FLAGS[dynptr!.kind!];
  if (isReadonly) flags |= FLAGS.rdonly;
  else if (!mayWritePacket(env)) refuse(env, 'packet-readonly', [], env.input.type);
  const memBytes = Number(BigInt.asUintN(32, constant!)); // the kernel's mem_size is a u32
  return withReg(makeReg('mem'), { flags, memBytes, dynptrId: dynptr!.id });
}

function mayWritePacket({ input: { type } }: Env): boolean {
  return WRITES_PACKET.has(type) && !READS_PACKET.has(type);
}
