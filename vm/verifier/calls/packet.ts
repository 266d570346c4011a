// Pointers into a packet that a callee may have moved.
import { FLAGS, isPacketPointer, UNKNOWN_REG, type Reg } from '../reg.ts';
import type { Env } from '../env.ts';
import type { ProgTypeName } from '../../kernel/prog-types.ts';
import { changeEveryReg } from './every-reg.ts';

/** Types whose programs give pointers into the packet to helpers. @see may_access_direct_pkt_data */
const WITH_PACKET: ReadonlySet<ProgTypeName> = new Set([
  'lwt_in',
  'lwt_out',
  'lwt_seg6local',
  'sk_reuseport',
  'flow_dissector',
  'cgroup_skb',
  'sched_cls',
  'sched_act',
  'xdp',
  'lwt_xmit',
  'sk_skb',
  'sk_msg',
]);

/** True when a helper may be given memory of the packet; `takes`: it says so in its row. */
export function mayTakePacket(env: Env, takes: boolean): boolean {
  return env.input.type === 'cgroup_sockopt' || (takes && WITH_PACKET.has(env.input.type));
}

/** Makes numbers of all pointers into the packet, and of slices of dynptrs to it. @see clear_all_pkt_pointers */
export function clearPacketPointers(env: Env): void {
  changeEveryReg(env.state, (reg) => (isOfPacket(reg) ? UNKNOWN_REG : reg));
}

const PACKET_DYNPTRS = FLAGS.dynptr_skb | FLAGS.dynptr_skb_meta | FLAGS.dynptr_xdp;

function isOfPacket(reg: Reg): boolean {
  if (isPacketPointer(reg) || reg.type === 'pkt_end') return true;
  return reg.type === 'mem' && (reg.flags & PACKET_DYNPTRS) !== 0;
}
