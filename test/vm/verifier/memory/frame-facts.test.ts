// What the walk tells of frames and jumps: small programs by hand, and random ones on an interpreter whose frames are not cleared where that does not matter.
import { describe, expect, test } from 'vitest';
import { assembleObject, type ObjectSpec } from '../../../../vm/index.ts';
import { kernelTypes } from '../../../../vm/btf/kernel-types.ts';
import { inputOf } from '../../../../vm/verifier/input-of.ts';
import type { Verdict } from '../../../../vm/verifier/verdict.ts';
import { verify } from '../../../../vm/verifier/walk/verify.ts';
import { isBrief, RANDOM } from '../../../support/border-programs.ts';
import { withPoisonedFrames } from '../../../support/poisoned-frames.ts';
import { randomStackText } from '../../../support/random-stack.ts';
import { Random, seedOf } from '../../../support/seed.ts';
import { TwinMachines } from '../../../support/twin-machines.ts';

const SEED = seedOf(4_512);
/** Random programs in all; 20000 take some minutes. */
const RUNS = Number(process.env['FRAME_RUNS'] ?? 400);
const LIMIT_INSNS = 5_000;

const HEAD = `.license "GPL"
.map table hash key=4 value=16 entries=8
.map words array key=4 value=16 entries=4
.section "kprobe/x"
main:
`;

function kprobe(text: string): ObjectSpec {
  const object = assembleObject(text, 'frames');
  return { ...object, progs: [{ ...object.progs[0]!, type: 'kprobe' }] };
}

function verdictOf(asm: string): Verdict {
  const object = kprobe(`${HEAD}${asm}\n`);
  const verdict = verify(inputOf(object, object.progs[0]!, kernelTypes()), { limitInsns: LIMIT_INSNS });
  if (verdict.refusal !== undefined) throw new Error(verdict.refusal.message);
  return verdict;
}

/** Offsets from r10 of the words in a set, from the highest. */
function words(set: Uint32Array): number[] {
  const all = Array.from({ length: 64 }, (_, slot) => slot);
  return all.filter((slot) => (set[slot >> 5]! & (1 << (slot & 31))) !== 0).map((slot) => -8 * (slot + 1));
}

const END = '\nr0 = 0\nexit';
const KEY = 'r2 = r10\nr2 += -8\nr1 = table ll\ncall map_lookup_elem';
const UNKNOWN = 'r7 = *(u64 *)(r1 + 8)';

/** Programs, and of their first function the words that others reach, and those that may be read before they are written. */
// oxfmt-ignore
const FRAMES: readonly { what: string; asm: string; shared: readonly number[]; unwritten: readonly number[] }[] = [
  { what: 'spills are the function\'s own', asm: `*(u64 *)(r10 - 8) = r1\nr2 = *(u64 *)(r10 - 8)${END}`, shared: [], unwritten: [] },
  { what: 'so are they through a copy of r10', asm: `r3 = r10\nr3 += -16\n*(u64 *)(r3 + 8) = r1\nr2 = *(u32 *)(r3 + 0)${END}`, shared: [], unwritten: [-16] },
  { what: 'a word of which a part was written is read', asm: `*(u32 *)(r10 - 8) = 1\nr2 = *(u64 *)(r10 - 8)${END}`, shared: [], unwritten: [-8] },
  { what: 'the part that was written is read', asm: `*(u32 *)(r10 - 8) = 1\nr2 = *(u16 *)(r10 - 6)${END}`, shared: [], unwritten: [] },
  { what: 'a key is the helper\'s too', asm: `*(u32 *)(r10 - 8) = 1\n${KEY}${END}`, shared: [-8], unwritten: [] },
  { what: 'a key that nobody wrote', asm: `${KEY}${END}`, shared: [-8], unwritten: [-8] },
  { what: 'a helper fills memory', asm: `r1 = r10\nr1 += -16\nr2 = 16\ncall get_current_comm\nr1 = *(u64 *)(r10 - 8)${END}`, shared: [-8, -16], unwritten: [] },
  { what: 'a string may be shorter than its memory', asm: `r3 = 0\nr1 = r10\nr1 += -16\nr2 = 16\ncall probe_read_kernel_str${END}`, shared: [-8, -16], unwritten: [-8, -16] },
  { what: 'a store goes to one of several places', asm: `${UNKNOWN}\nr7 &= 8\nr2 = r10\nr2 += r7\n*(u64 *)(r2 - 16) = 1\nr3 = *(u64 *)(r10 - 8)${END}`, shared: [-8, -16], unwritten: [-8, -16] },
  { what: 'atomic insns go to memory', asm: `*(u64 *)(r10 - 8) = 1\nr2 = 1\nlock *(u64 *)(r10 - 8) += r2${END}`, shared: [-8], unwritten: [] },
  { what: 'one insn goes to two places', asm: `${UNKNOWN}\nr2 = r10\nr2 += -8\n*(u64 *)(r10 - 8) = 1\n*(u64 *)(r10 - 16) = 1\nif r7 == 0 goto on\nr2 += -8\non: r3 = *(u64 *)(r2 + 0)${END}`, shared: [-8, -16], unwritten: [] },
  { what: 'one insn goes to the stack and to a map', asm: `*(u32 *)(r10 - 8) = 1\n*(u64 *)(r10 - 16) = 1\n${KEY}\nr2 = r10\nr2 += -16\nif r0 == 0 goto on\nr2 = r0\non: r3 = *(u64 *)(r2 + 0)${END}`, shared: [-8, -16], unwritten: [] },
  { what: 'one way of two writes what is read behind them', asm: `${UNKNOWN}\nr3 = 1\nr4 = 2\nif r7 == 0 goto on\n*(u64 *)(r10 - 8) = r7\nr3 = 2\nr4 = 3\non: r7 = 0\nr3 = 0\nr4 = *(u64 *)(r10 - 8)${END}`, shared: [], unwritten: [-8] },
  { what: 'one way of two writes what nothing reads', asm: `${UNKNOWN}\nif r7 == 0 goto on\n*(u64 *)(r10 - 8) = r7\non: r7 = 0${END}`, shared: [], unwritten: [] },
  { what: 'an address that becomes a number may be read through by anyone', asm: `r2 = r10\nr2 -= r1\n*(u64 *)(r10 - 8) = 1${END}`, shared: words(new Uint32Array(2).fill(0xffff_ffff)), unwritten: words(new Uint32Array(2).fill(0xffff_ffff)) },
  { what: 'an address that a helper takes for a number', asm: `*(u64 *)(r10 - 24) = 1\nr3 = r10\nr3 += -24\nr1 = r10\nr1 += -8\nr2 = 8\ncall probe_read_kernel${END}`, shared: words(new Uint32Array(2).fill(0xffff_ffff)), unwritten: words(new Uint32Array(2).fill(0xffff_ffff)) },
  { what: 'a function is given the address of a word', asm: `*(u64 *)(r10 - 16) = 1\n*(u64 *)(r10 - 8) = 1\nr1 = r10\nr1 += -8\ncall own${END}\nown: r0 = *(u64 *)(r1 + 0)\nexit`, shared: [-8], unwritten: [] },
  { what: 'a callback is given the address of a word', asm: `*(u64 *)(r10 - 8) = 1\nr3 = r10\nr3 += -8\nr1 = 4\nr2 = round ll\nr4 = 0\ncall loop${END}\nround: *(u32 *)(r2 + 0) = 2\nr0 = 0\nexit`, shared: [-8], unwritten: [] },
  { what: 'an iterator is the kernel\'s', asm: `r1 = r10\nr1 += -8\nr2 = 0\nr3 = 3\ncall bpf_iter_num_new\nr1 = r10\nr1 += -8\ncall bpf_iter_num_destroy${END}`, shared: [-8], unwritten: [-8] },
];

describe('words of a frame', () => {
  test.each(FRAMES)('$what', ({ asm, shared, unwritten }) => {
    const { frame } = verdictOf(asm).subprogs[0]!;
    expect({ shared: words(frame.shared), unwritten: words(frame.unwritten) }).toEqual({ shared, unwritten });
  });

  test('the callee has words of its own', () => {
    const text = `*(u64 *)(r10 - 8) = 1\nr1 = r10\nr1 += -8\ncall own${END}\nown: r0 = *(u64 *)(r10 - 24)\nr2 = *(u64 *)(r1 + 0)\nexit`;
    const { frame } = verdictOf(text).subprogs[1]!;
    expect([words(frame.shared), words(frame.unwritten)]).toEqual([[], [-24]]);
  });
});

test('jumps say which ways were walked', () => {
  const { facts } = verdictOf(
    `r2 = 1\nif r2 == 1 goto a\nr0 = 9\na: if r2 == 0 goto b\n${UNKNOWN}\nif r7 == 0 goto b\nr3 = 1\nb: r0 = 0\nexit`,
  );
  expect(facts.filter(({ ways }) => ways !== 0).map(({ ways }) => ways)).toEqual([2, 1, 3]);
});

const MAKERS: readonly (readonly [string, (random: Random) => ObjectSpec])[] = [
  ['the stack', (random) => kprobe(randomStackText(random))],
  ...RANDOM,
];
const OF_EACH = Math.ceil(RUNS / MAKERS.length);

test.each(MAKERS)(
  `%s: what stands in a frame where nothing is read unwritten does not matter (${OF_EACH} programs from seed ${SEED})`,
  (_name, make) => {
    const random = new Random(SEED);
    const twins = new TwinMachines([{}, { around: withPoisonedFrames }]);
    for (let i = 0; i < OF_EACH; i++) {
      const object = make(random);
      if (!isBrief(object)) continue;
      const found = twins.difference(object, random.u32(), 3);
      if (found !== 'refused') expect(found).toBe(undefined);
    }
  },
  36_000_000,
);
