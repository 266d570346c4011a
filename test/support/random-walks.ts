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

/** Registers that calls leave undefined get numbers again. */
const REGAINED = 'r0 = r6\nr1 = #\nr2 = r7';

/** Calls of kernel functions with an object of the kernel that lies `at` bytes below r10. */
function withObject(at: number, name: string, before = '', after: string = REGAINED): string {
  return `r1 = r10\nr1 += -${at}\n${before}call ${name}${after === '' ? '' : '\n'}${after}`;
}

function iterNew(at: number): string {
  return withObject(at, 'bpf_iter_num_new', 'r2 = 0\nr3 = r7\n');
}

function iterEnd(at: number): string {
  return withObject(at, 'bpf_iter_num_destroy');
}

/** A loop with two insns in each round. */
function iterLoop(at: number, body: string): string {
  return `${withObject(at, 'bpf_iter_num_next', '', '')}\nif r0 == 0 goto +3\n${body}\ngoto -7`;
}

function reserve(at: number): string {
  return `r4 = r10\nr4 += -${at}\nr1 = ring ll\nr2 = 16\nr3 = 0\ncall bpf_ringbuf_reserve_dynptr\n${REGAINED}`;
}

function submit(at: number): string {
  return withObject(at, 'bpf_ringbuf_submit_dynptr', 'r2 = 0\n');
}

function dynptrData(at: number): string {
  return withObject(at, 'bpf_dynptr_data', 'r2 = 0\nr3 = 8\n', 'r1 = 0\nr2 = 0');
}

function dynptrClone(at: number, to: number): string {
  return withObject(at, 'bpf_dynptr_clone', `r2 = r10\nr2 += -${to}\n`);
}

function packet(at: number): string {
  return `r1 = r9\nr2 = 0\nr3 = r10\nr3 += -${at}\ncall bpf_dynptr_from_xdp\n${REGAINED}`;
}

function slice(at: number): string {
  return withObject(at, 'bpf_dynptr_slice', 'r2 = 0\nr3 = 0\nr4 = 8\n', 'r1 = 0\nr2 = 0');
}

function saved(at: number): string {
  return withObject(at, 'bpf_local_irq_save');
}

function restored(at: number): string {
  return withObject(at, 'bpf_local_irq_restore');
}

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
  iterators: {
    type: 'socket_filter',
    maps: '',
    head: [...NUMBERS, ...SLOTS, 'r8 = r6', 'r9 = -1', 'r1 = 7', 'w2 = w7'],
    own: [
      `${iterNew(40)}\n${iterLoop(40, 'r$ = *(u32 *)(r0 + 0)\nr@ += r6')}\n${iterEnd(40)}`,
      `${iterNew(40)}\n${iterLoop(40, 'r$ += 1\nr@ ^= 0')}\n${iterEnd(40)}`,
      `${iterNew(48)}\n${iterLoop(48, '*(u64 *)(r10 - 8) = r$\nr$ = r@')}\n${iterEnd(48)}`,
      `${iterNew(48)}\n${iterEnd(48)}`,
      iterNew(32),
      iterEnd(32),
      'r1 = r10\nr1 += -32\ncall bpf_iter_num_next\nr1 = 0\nr2 = #',
      'r$ = *(u64 *)(r10 - 8)',
      '*(u64 *)(r10 - 8) = r$',
      '*(u8 *)(r10 - 34) = r$',
      'r$ = r@',
    ],
  },
  dynptrs: {
    type: 'xdp',
    maps: '.map ring ringbuf key=0 value=0 entries=4096',
    head: ['r9 = r1', ...NUMBERS, ...SLOTS, 'r8 = r6', 'r1 = 7', 'w2 = w7'],
    own: [
      `${reserve(48)}\n${submit(48)}`,
      `${reserve(48)}\n${dynptrData(48)}\nif r0 == 0 goto +1\n*(u8 *)(r0 + #) = 1\n${submit(48)}`,
      `${reserve(48)}\n${dynptrClone(48, 64)}\n${submit(64)}`,
      `${packet(48)}\n${slice(48)}\nr8 = r0\nr0 = 0\nr1 = 0\nr2 = 0`,
      packet(40),
      reserve(56),
      submit(56),
      slice(48),
      dynptrClone(48, 40),
      'if r8 == 0 goto +1\nr$ = *(u8 *)(r8 + #)',
      'if r8 == 0 goto out',
      'r$ = *(u8 *)(r8 + #)',
      'r1 = r9\nr2 = 0\ncall bpf_xdp_adjust_head\nr1 = 0\nr2 = 0',
      '*(u8 *)(r10 - 42) = r$',
      'r$ = *(u64 *)(r10 - 8)',
      'r1 = r10\nr1 += -48\ncall bpf_dynptr_size\nr1 = 0\nr2 = 0',
    ],
  },
  sections: {
    type: 'tracepoint',
    maps: '',
    head: [...NUMBERS, ...SLOTS, 'call bpf_get_current_task_btf', 'r8 = r0', 'r9 = r0', 'r1 = 7', 'r2 = 1'],
    own: [
      `call bpf_rcu_read_lock\n${REGAINED}\nif r$ == 0 goto +0\ncall bpf_rcu_read_unlock\n${REGAINED}`,
      `call bpf_preempt_disable\n${REGAINED}\nr$ = r@\ncall bpf_preempt_enable\n${REGAINED}`,
      `${saved(32)}\nr$ = r@\n${restored(32)}`,
      `${saved(32)}\n${saved(40)}\nr$ = r@\n${restored(40)}\n${restored(32)}`,
      `${saved(32)}\n${saved(40)}\n${restored(32)}\n${restored(40)}`,
      `r1 = r8\ncall bpf_task_acquire\nif r0 == 0 goto +2\nr1 = r0\ncall bpf_task_release\n${REGAINED}`,
      `r1 = 1\ncall bpf_task_from_pid\nr9 = r0\nif r9 == 0 goto +2\nr1 = r9\ncall bpf_task_release\n${REGAINED}`,
      'r$ = *(u64 *)(r8 + 1280)',
      'if r8 == 0 goto out',
      'r8 = *(u64 *)(r8 + 1280)',
      'r$ = *(u32 *)(r@ + 1264)',
      'r$ = r8',
      'r8 = r9',
      '*(u64 *)(r10 - 16) = r8',
      'r8 = *(u64 *)(r10 - 16)',
      'call bpf_rcu_read_lock\nr0 = 0\nr1 = 1\nr2 = 2',
      'call bpf_rcu_read_unlock\nr0 = 0\nr1 = 1\nr2 = 2',
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
