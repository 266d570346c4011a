// What is told of an attachment: its hooks, and what of a recording brings the program to run.
import type { Attachment, HookSource, Prog } from '../api.ts';
import type { Link } from './attachments.ts';
import type { HookPlace } from './hooks.ts';
import type { PacketHook } from './net/packet-hooks.ts';
import type { SyscallIndex } from './syscalls.ts';

export function attachmentOf(prog: Prog, link: Link, syscalls: SyscallIndex): Attachment {
  const { names, places, packets, idle } = link;
  const ofPackets = packets === undefined ? [] : [packetSource(packets)];
  return {
    prog,
    hooks: names,
    comesTo: [...places.map((place) => sourceOf(place, syscalls)), ...ofPackets],
    ...(idle === undefined ? {} : { idle }),
  };
}

function sourceOf(place: HookPlace, syscalls: SyscallIndex): HookSource {
  if (!('calls' in place)) return { kind: 'event', event: place.at };
  const { at, calls } = place;
  if (calls === 'all') return { kind: 'calls', at, calls };
  return { kind: 'calls', at, calls: calls.flatMap((key) => syscalls.at(key) ?? []) };
}

/** XDP is at the way in only. */
function packetSource({ kind, direction }: PacketHook): HookSource {
  return { kind: 'packets', direction: kind === 'xdp' ? 'ingress' : direction };
}
