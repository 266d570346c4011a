// Which programs may use a map that holds programs: those like the first that asked.
//
//   set u32 | type u32 | expected attach type u32 | traits u32
//
// @see kernel/bpf/core.c __bpf_prog_map_compatible
import { PROG_FLAGS, progTypeRow } from '../kernel/prog-types.ts';
import type { KernelProg } from '../kernel/prog.ts';
import type { LinearMemory } from '../memory/linear.ts';

export const OWNER_BYTES = 16;
const OWNER = { set: 0, type: 4, attachType: 8, traits: 12 } as const;
/** Bits of the traits. Every program here behaves as a jited one does on Linux. */
const TRAITS = { jited: 1, xdpFrags: 2 } as const;

/** What is looked at of a program. */
export type OwnerTraits = Pick<KernelProg, 'type' | 'expectedAttachType' | 'flags'>;

/** True when the program is like the owner that stands at offset `at`; the first that asks becomes it for ever. */
export function isLikeOwner(
  { view }: LinearMemory,
  at: number,
  { type, expectedAttachType, flags }: OwnerTraits,
): boolean {
  const record = {
    set: 1,
    type: progTypeRow(type)?.number ?? 0,
    attachType: expectedAttachType,
    traits: TRAITS.jited | ((flags & PROG_FLAGS.xdpHasFrags) === 0 ? 0 : TRAITS.xdpFrags),
  };
  const fields = Object.entries(OWNER) as [keyof typeof OWNER, number][]; // the table's own keys
  if (view.getUint32(at + OWNER.set, true) === 0) {
    for (const [name, off] of fields) view.setUint32(at + off, record[name], true);
  }
  return fields.every(([name, off]) => view.getUint32(at + off, true) === record[name]);
}
