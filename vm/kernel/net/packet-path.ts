// The way of a recorded packet through the programs of a device, in the order of Linux:
//
//   comes in:  xdp ---> sockets of type AF_PACKET ---> tcx/ingress ---> tc ingress
//   goes out:  tcx/egress ---> tc egress ---> sockets
//
// What a program changes of the packet, those behind it see; one that drops, steals or redirects it ends its way. Every socket has a copy of its own.
//
// A frame keeps its VLAN tags as they were recorded, for sockets and tc too, and `protocol` is that of the outermost. Linux takes the outermost tag of a
// frame that comes in out of the packet (vlan_tci) before sockets and tc see it, and leaves it in frames that go out through devices that do not add it
// themselves, so that programs meet both; a recording holds frames as they are on the wire, and programs that look for 0x8100 in them find it.
// @see net/core/dev.c __netif_receive_skb_core, __dev_queue_xmit, validate_xmit_vlan, dev_queue_xmit_nit
import type { PacketResult } from '../../api.ts';
import type { RunEvent } from '../../interp/host.ts';
import type { LinearMemory } from '../../memory/linear.ts';
import { XDP_MD } from '../ctx-net.ts';
import type { PacketPoint } from '../point.ts';
import { PROG_FLAGS } from '../prog-types.ts';
import type { KernelProg } from '../prog.ts';
import { PacketFilter } from './packet-filter.ts';
import type { PacketHook } from './packet-hooks.ts';
import { FAULTED, tcVerdict, xdpVerdict, type Verdict } from './verdicts.ts';
import { MAX_LINEAR_BYTES, XdpBuff } from './xdp.ts';

/** A program and its hook. */
export interface PacketSeat {
  readonly prog: KernelProg;
  readonly hook: PacketHook;
}

/** Runs a program: r0 as a number; undefined when it was stopped. */
export type RunPacket = (prog: KernelProg, event: RunEvent) => number | undefined;

/** Longest frame that XDP programs get: there is room for headers before it. */
const MAX_XDP_FRAME = 0x1_8000;

/** Takes packets of a machine, one at a time. */
export class PacketPath {
  private readonly memory: LinearMemory;
  private readonly sockets: PacketFilter;
  private readonly classifiers: PacketFilter;
  private readonly xdp: XdpBuff;
  private readonly xdpEvent: RunEvent;

  constructor(memory: LinearMemory) {
    this.memory = memory;
    this.sockets = new PacketFilter(memory, 'socket_filter');
    this.classifiers = new PacketFilter(memory, 'sched_cls');
    this.xdp = new XdpBuff(memory);
    const { ctxAt, regions } = this.xdp;
    this.xdpEvent = { ctxAt, regions, kernelRegions: [], packet: this.xdp };
  }

  /** Hands a packet on from hook to hook. `seats` are in the order of attachment, those of tcx first. */
  take(seats: readonly PacketSeat[], point: PacketPoint, run: RunPacket): readonly PacketResult[] {
    const results: PacketResult[] = [];
    const isOut = point.direction === 'outgoing';
    const steps: readonly Step[] = isOut
      ? [this.classify, this.tap]
      : [this.express, this.tap, this.classify];
    let frame: PacketPoint | undefined = point;
    for (const step of steps) {
      frame = step(seats, frame, run, results);
      if (frame === undefined) break;
    }
    return results;
  }

  private readonly express: Step = (seats, point, run, results) => {
    const { xdp } = this;
    let frame: PacketPoint = point;
    for (const { prog, hook } of seats) {
      if (hook.kind !== 'xdp') continue;
      this.layXdp(frame, (prog.flags & PROG_FLAGS.xdpHasFrags) !== 0);
      const verdict = verdictOf(run(prog, this.xdpEvent), xdpVerdict);
      results.push(resultOf(prog, hook, verdict, xdp.length + xdp.missing));
      if (verdict.way === 'end') return undefined;
      frame = changed(frame, this.memory.u8.slice(xdp.data, xdp.end), xdp.missing);
    }
    return frame;
  };

  private layXdp(point: PacketPoint, hasFrags: boolean): void {
    const { xdp, memory } = this;
    const { bytes, trueLength = 0, ifindex } = point;
    const frame = bytes.subarray(0, MAX_XDP_FRAME);
    xdp.lay(frame, 0, hasFrags ? Math.min(frame.length, MAX_LINEAR_BYTES) : frame.length);
    xdp.missing = Math.max(trueLength, bytes.length) - frame.length;
    xdp.ifindex = ifindex;
    memory.view.setUint32(xdp.ctxAt + XDP_MD.ingress_ifindex.off, ifindex, true);
  }

  private readonly tap: Step = (seats, point, run, results) => {
    for (const { prog, hook } of seats) {
      if (hook.kind !== 'socket') continue;
      const result = run(prog, this.sockets.lay(point));
      const kept = result === undefined ? 0 : this.sockets.kept(result >>> 0);
      const word = result === undefined ? 'fault' : kept === 0 ? 'drop' : 'keep';
      results.push({ prog: prog.name, hook: hook.name, verdict: word, kept });
    }
    return point;
  };

  private readonly classify: Step = (seats, point, run, results) => {
    const direction = point.direction === 'outgoing' ? 'egress' : 'ingress';
    if (seats.every(({ hook }) => hook.direction !== direction)) return point;
    const { classifiers } = this;
    const event = classifiers.lay(point);
    for (const { prog, hook } of seats) {
      if (hook.direction !== direction) continue;
      const kind = hook.isTcx === true ? 'tcx' : prog.type === 'sched_act' ? 'action' : 'classifier';
      const verdict = verdictOf(run(prog, event), (result) => tcVerdict(kind, result));
      results.push(resultOf(prog, hook, verdict, classifiers.length));
      if (verdict.way === 'end') return undefined;
      if (verdict.way === 'pass') break;
    }
    return classifiers.changed(point);
  };
}

/** One hook of the way: the packet as it goes on, undefined where its way ends. */
type Step = (
  seats: readonly PacketSeat[],
  point: PacketPoint,
  run: RunPacket,
  results: PacketResult[],
) => PacketPoint | undefined;

function verdictOf(result: number | undefined, read: (result: number) => Verdict): Verdict {
  return result === undefined ? FAULTED : read(result);
}

function resultOf(
  { name }: KernelProg,
  hook: PacketHook,
  { word, way }: Verdict,
  length: number,
): PacketResult {
  return { prog: name, hook: hook.name, verdict: word, kept: way === 'end' ? 0 : length };
}

/** The packet with other bytes, of which `missing` were not recorded. */
function changed(point: PacketPoint, bytes: Uint8Array, missing: number): PacketPoint {
  return { ...point, bytes, trueLength: bytes.length + missing };
}
