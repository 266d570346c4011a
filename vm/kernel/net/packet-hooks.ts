// Hooks that packets come to, by sections.
import type { HookSection } from '../hook-sections.ts';

/** Where programs meet the packets of a recording. */
export interface PacketHook {
  /** `socket`: a socket of type AF_PACKET of the program's own. Others are those of the device. */
  readonly kind: 'socket' | 'xdp' | 'tc';
  /** What `Prog.attached` shows: 'xdp', 'tc/egress', 'tcx/ingress', the name of a socket. */
  readonly name: string;
  /** Of tc: packets that come in, or that go out. */
  readonly direction?: 'ingress' | 'egress';
  /** Of tc. @see HookSection.tcx */
  readonly isTcx?: boolean;
}

type Hook = { readonly packets: PacketHook } | { readonly idle: string } | { readonly refused: string };

export function socketHook(name: string): Hook {
  return { packets: { kind: 'socket', name: name === '' ? 'socket' : name } };
}

/** Programs of a devmap or cpumap run behind a redirect. */
export function xdpHook(target: string): Hook {
  if (target === 'devmap' || target === 'cpumap') {
    return { idle: `a recording does not follow packets that are redirected through a ${target}` };
  }
  return { packets: { kind: 'xdp', name: 'xdp' } };
}

/** Without a direction: packets that come in, as most programs want them. */
export function tcHook({ tcx }: HookSection, target: string): Hook {
  const isTcx = tcx === true;
  const isDirection = target === 'ingress' || target === 'egress';
  if (isTcx && !isDirection) return { refused: `there is no tcx hook ${target}; there are ingress, egress` };
  const direction = target === 'egress' ? 'egress' : 'ingress';
  return { packets: { kind: 'tc', name: `${isTcx ? 'tcx' : 'tc'}/${direction}`, direction, isTcx } };
}
