// From a section to an attachment, or the reason why there is none.
import { LoadError } from '../load-error.ts';
import type { Attachments, Link } from './attachments.ts';
import { HOOK_SECTIONS, parseHookSection } from './hook-sections.ts';
import { placesOf } from './hooks.ts';
import type { KernelProg } from './prog.ts';
import type { SyscallIndex } from './syscalls.ts';

/** What is asked for. `name` is the program's, for errors. */
interface LinkRequest {
  readonly name: string;
  readonly section: string;
  readonly cookie: bigint;
}

/** The attachment that a section asks for, not yet made. Throws LoadError where there is no such hook, or the program is there already. */
export function linkOf(
  prog: KernelProg,
  { name: subject, section, cookie }: LinkRequest,
  syscalls: SyscallIndex,
  attachments: Attachments,
): Link {
  const refuse = (reason: string): never => {
    throw new LoadError('hook', subject, reason);
  };
  const parsed = parseHookSection(section);
  if (parsed === undefined) {
    return refuse(`section ${section} names no hook; there are ${Object.keys(HOOK_SECTIONS).join(', ')}`);
  }
  const { row, prefix, target } = parsed;
  if (row.progType !== prog.type) {
    return refuse(`${target || prefix} takes a ${row.progType} program and not a ${prog.type}`);
  }
  const places = placesOf(parsed, syscalls);
  if (typeof places === 'string') return refuse(`section ${section} names no hook: ${places}`);
  const takesPackets = row.target === 'packets';
  const hasPlaces = !takesPackets && row.idle === undefined;
  const names = hasPlaces ? [...new Set(places.map((place) => place.name))] : [target || prefix];
  const again = takesPackets
    ? attachments.of(prog).find((link) => link.takesPackets)?.names[0]
    : places.find(({ name, at }) => attachments.has(prog, name, at))?.name;
  if (again !== undefined) return refuse(`it is attached to ${again} already`);
  return { prog, places, names, takesPackets, cookie: BigInt.asUintN(64, cookie), idle: row.idle };
}
