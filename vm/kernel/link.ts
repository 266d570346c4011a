// From a section to an attachment, or the reason why there is none.
import { ERRNO } from '../errno.ts';
import { LoadError } from '../load-error.ts';
import type { Attachments, Link } from './attachments.ts';
import type { HookWorld } from './functions.ts';
import { HOOK_SECTIONS, parseHookSection, type ParsedSection } from './hook-sections.ts';
import { placesOf, type HookPlace, type Places } from './hooks.ts';
import type { KernelProg } from './prog.ts';

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
  world: HookWorld,
  attachments: Attachments,
): Link {
  const refuse = (reason: string, errno = -ERRNO.EINVAL): never => {
    throw new LoadError('hook', subject, reason, { errno });
  };
  const parsed = parseHookSection(section);
  if (parsed === undefined) {
    return refuse(`section ${section} names no hook; there are ${Object.keys(HOOK_SECTIONS).join(', ')}`);
  }
  const { row, prefix, target } = parsed;
  if (!row.progTypes.some((type) => type === prog.type)) {
    return refuse(`${target || prefix} takes a ${row.progTypes.join(' or ')} program and not a ${prog.type}`);
  }
  const found = placesOf(parsed, world);
  if ('refused' in found) return refuse(`section ${section} names no hook: ${found.refused}`, -ERRNO.ENOENT);
  const link = { prog, ...linked(found, parsed), cookie: BigInt.asUintN(64, cookie) };
  const beyond = link.places.find((place) => prog.type === 'tracepoint' && prog.ctxBytes > ctxEnd(place));
  if (beyond !== undefined) {
    const rule = `the record of ${beyond.name} is ${ctxEnd(beyond)} bytes long, and the program loads from it up to byte ${prog.ctxBytes}`;
    return refuse(rule, -ERRNO.EACCES);
  }
  const again = againOf(link, attachments);
  return again === undefined ? link : refuse(`it is attached to ${again} already`);
}

function linked(
  found: Exclude<Places, { refused: string }>,
  { prefix, target }: ParsedSection,
): Pick<Link, 'places' | 'names' | 'packets' | 'idle'> {
  if ('packets' in found) return { places: [], names: [found.packets.name], packets: found.packets };
  if ('idle' in found) return { places: [], names: [target || prefix], idle: found.idle };
  return { places: found.places, names: [...new Set(found.places.map((place) => place.name))] };
}

/** Where the fields of a place's ctx end. @see kernel/events/core.c perf_event_set_bpf_prog */
function ctxEnd({ event: { ctxAt, regions, holed } }: HookPlace): number {
  return Math.max(...regions.map(({ end }) => end), holed?.end ?? 0) - ctxAt;
}

/** The hook that the program is at already; undefined for none. */
function againOf({ prog, places, packets }: Link, attachments: Attachments): string | undefined {
  const own = attachments.of(prog);
  if (packets !== undefined) {
    const { kind, direction } = packets;
    return own.find((link) => link.packets?.kind === kind && link.packets.direction === direction)?.names[0];
  }
  return places.find(({ name, at }) => attachments.has(prog, name, at))?.name;
}
