// Random programs for the verifier: short, full of arithmetic on numbers and pointers, of copies, spills, comparisons and null checks, all jumps
// forward. Most are near the border of acceptance.
import type { Random } from './seed.ts';

/** What a program begins with: pointers of a kind, and what it may do with them. */
interface Setting {
  readonly type: string;
  readonly maps: string;
  readonly head: readonly string[];
  /** Functions, behind the program. */
  readonly tail?: readonly string[];
  /** Insns of this setting, a register or two for `$` and `@`, and a small number for `#`. */
  readonly own: readonly string[];
}

const NUMBERS = ['call bpf_get_prandom_u32', 'r6 = r0', 'call bpf_get_prandom_u32', 'r7 = r0'];
const SLOTS = ['*(u64 *)(r10 - 8) = r6', '*(u64 *)(r10 - 16) = r7', '*(u64 *)(r10 - 24) = 0'];
const LOOK_UP = ['r2 = r10', 'r2 += -24', 'r1 = values ll', 'call bpf_map_lookup_elem'];

/** By name. */
export const SETTINGS = {
  numbers: {
    type: 'socket_filter',
    maps: '',
    head: [...NUMBERS, 'r8 = r6', 'r9 = -1', 'r1 = 7', 'w2 = w7'],
    own: ['r$ = r@', 'w$ = w@', 'r$ &= 255', 'r$ %= 7', 'r$ /= r@'],
  },
  slots: {
    type: 'socket_filter',
    maps: '',
    head: [...NUMBERS, ...SLOTS, 'r8 = r6', 'r9 = r10', 'r1 = 7', 'w2 = w7'],
    own: [
      '*(u64 *)(r10 - 8) = r$',
      '*(u32 *)(r10 - 16) = r$',
      '*(u8 *)(r10 - 17) = r$',
      'r$ = *(u64 *)(r10 - 8)',
      'r$ = *(u32 *)(r10 - 16)',
      'r$ = *(u16 *)(r10 - 24)',
      'r$ = r10',
      'r$ += -16',
      'r$ = *(u8 *)(r@ + 0)',
      'r$ &= 7',
    ],
  },
  values: {
    type: 'socket_filter',
    maps: '.map values array key=4 value=64 entries=4',
    head: [...NUMBERS, ...SLOTS, ...LOOK_UP, 'r8 = r0', 'r9 = r0', 'r1 = 3', 'r2 = 0'],
    own: [
      'if r$ == 0 goto out',
      'if r$ != 0 goto +1',
      'if r$ == r@ goto +1',
      'r$ &= 31',
      'r$ += r@',
      'r$ -= r@',
      'r$ = *(u8 *)(r@ + #)',
      'r$ = *(u64 *)(r@ + #)',
      '*(u32 *)(r$ + #) = 1',
      'r$ = r9',
      'r$ = r8',
    ],
  },
  packets: {
    type: 'xdp',
    maps: '',
    head: [
      'r6 = *(u32 *)(r1 + 12)',
      'r7 = *(u32 *)(r1 + 0)',
      'r8 = *(u32 *)(r1 + 4)',
      'r9 = *(u32 *)(r1 + 8)',
      'r0 = r6',
      'r2 = r7',
      'r1 = 3',
    ],
    own: [
      'if r$ > r8 goto +1',
      'if r$ < r8 goto +1',
      'if r8 >= r$ goto +1',
      'if r8 <= r$ goto +1',
      'if r$ > r7 goto +1',
      'if r$ >= r@ goto +1',
      'r$ = r7',
      'r$ = r9',
      'r$ += #',
      'r$ += r@',
      'r$ -= r@',
      'r$ &= 63',
      'r$ = *(u8 *)(r@ + 0)',
      'r$ = *(u16 *)(r@ + #)',
    ],
  },
  functions: {
    type: 'socket_filter',
    maps: '',
    head: [...NUMBERS, ...SLOTS, 'r8 = r6', 'r9 = -1', 'r1 = 7', 'w2 = w7'],
    own: [
      'r1 = r$\nr2 = r@\ncall f\nr1 = r0\nr2 = #',
      'r1 = r$\nr2 = r10\nr2 += -8\ncall g\nr1 = 1\nr2 = r8',
      'r$ = r@',
      'r$ = *(u64 *)(r10 - 8)',
      '*(u64 *)(r10 - 8) = r$',
    ],
    tail: [
      'f: r0 = 0',
      'r6 = r1',
      'if r6 > 9 goto +4',
      'r0 = r6',
      'if w2 == 3 goto +2',
      'r0 += 4',
      'if r0 < 6 goto +0',
      'exit',
      'g: r3 = *(u64 *)(r2 + 0)',
      'r0 = r3',
      'if r3 <= 7 goto +2',
      '*(u64 *)(r2 + 0) = r1',
      'if r1 s< 0 goto +0',
      'exit',
    ],
  },
} as const satisfies Record<string, Setting>;
export type SettingName = keyof typeof SETTINGS;

const REGS = [0, 1, 2, 6, 7, 8, 9] as const;
const EDGES = [
  0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 127, 128, 255, 256, -1, -2, -4, -8, -128, -134, 0x7fff, 0xffff,
  0x10000, 0x7fff_ffff, -0x7fff_ffff, -0x8000_0000,
] as const;
const SIGNS = ['+=', '-=', '+=', '-=', '*=', '&=', '|=', '^='] as const;
const SHIFTS = ['<<=', '>>=', 's>>='] as const;
const TESTS = ['==', '!=', '>', '>=', '<', '<=', 's>', 's>=', 's<', 's<=', '&'] as const;
const FORMS = [
  'r$ = -r$',
  'w$ = -w$',
  'r$ = (s8)r@',
  'r$ = (s32)r@',
  'w$ = (s16)w@',
  'r$ = be32 r$',
  'r$ = be64 r$',
  'r$ = le16 r$',
  'r$ = le64 r$',
  'r$ = bswap16 r$',
] as const;

/** The text of a program of a setting, as the sections of a case hold it. */
export function randomWalk(
  random: Random,
  setting: SettingName,
): { type: string; maps: string; asm: string } {
  const { type, maps, head, own, tail = [] }: Setting = SETTINGS[setting];
  const count = 6 + random.below(18);
  const lines: string[] = [...head];
  for (let i = 0; i < count; i++) lines.push(`l${i}: ${anyInsn(random, own, i)}`);
  for (let i = count; i < count + 6; i++) lines.push(`l${i}: r${random.pick(REGS)} ^= 0`);
  return { type, maps, asm: [...lines, 'out: r0 = 0', 'exit', ...tail].join('\n') };
}

function anyInsn(random: Random, own: readonly string[], at: number): string {
  const width = random.below(3) === 0 ? 'w' : 'r';
  const dst = `${width}${random.pick(REGS)}`;
  const src = random.below(2) === 0 ? `${width}${random.pick(REGS)}` : `${random.pick(EDGES)}`;
  const form = random.below(20);
  if (form < 7) return filled(random, random.pick(own));
  if (form < 9) return `${dst} = ${src}`;
  if (form < 13) return `${dst} ${random.pick(SIGNS)} ${src}`;
  if (form < 14) return `${dst} ${random.pick(SHIFTS)} ${random.below(width === 'w' ? 32 : 64)}`;
  if (form < 15) return filled(random, random.pick(FORMS));
  const target = random.below(4) === 0 ? 'out' : `l${at + 1 + random.below(5)}`;
  return `if ${dst} ${random.pick(TESTS)} ${src} goto ${target}`;
}

function filled(random: Random, form: string): string {
  return form
    .replaceAll('$', `${random.pick(REGS)}`)
    .replaceAll('@', `${random.pick(REGS)}`)
    .replaceAll('#', `${random.below(12)}`);
}
