// Random programs that load, store and hand over memory near the borders of what is allowed: the stack, map values, the ring buffer, ctx.
import type { TestCase } from './case-file.ts';
import type { Random } from './seed.ts';

const MAPS = `.map values array key=4 value=48 entries=1
.map table hash key=8 value=16 entries=8
.map records ringbuf key=0 value=0 entries=4096`;

/** r6 ctx, r7 a number of which nothing is known, r8 one that is bounded, r9 a map value. */
const HEAD = ['r6 = r1', 'r7 = *(u64 *)(r1 + 8)', 'r8 = r7', 'r9 = mapval[values]+8 ll'];
const SIZES = [1, 2, 4, 8] as const;
const IMMS = [0, 0, 1, -1, 7, 255, 256, 65535, 0x7fff_ffff, -0x8000_0000] as const;
const SCRATCH = [0, 1, 2, 3, 4, 5] as const;

/** A program of so many steps, as a case without an answer. */
export function memoryProgram(random: Random, steps: number, name: string): TestCase {
  const lines = [...HEAD, ...maskOf(random), ...SCRATCH.map((reg) => `r${reg} = ${random.below(8)}`)];
  for (let i = 0; i < steps; i++) lines.push(...random.pick(STEPS)(random, `${i}`));
  const asm = [...lines, 'out:', 'r0 = 0', 'exit'].join('\n');
  return {
    title: name,
    where: name,
    sections: new Map([
      [random.below(8) === 0 ? 'prog kprobe flags=1' : 'prog kprobe', ''],
      ['maps', MAPS],
      ['asm', asm],
    ]),
  };
}

type Step = (random: Random, label: string) => string[];

const STEPS: readonly Step[] = [
  stackStore,
  stackStore,
  stackStore,
  stackLoad,
  stackLoad,
  stackLoad,
  stackIndex,
  stackIndex,
  stackAtomic,
  valueAccess,
  valueAccess,
  ctxLoad,
  branch,
  branch,
  arithmetic,
  fillByHelper,
  readByHelper,
  lookUp,
  reserve,
];

function maskOf(random: Random): string[] {
  return random.pick([
    ['r8 &= 7'],
    ['r8 &= 8'],
    ['r8 &= 15'],
    ['r8 &= 24'],
    ['if r8 > 16 goto out'],
    ['if r8 s> 8 goto out', 'if r8 s< -8 goto out'],
  ]);
}

/** An offset from r10 that is often aligned, mostly within the last 48 bytes. */
function stackOff(random: Random, bytes: number): number {
  const off = -bytes * (1 + random.below(48 / bytes));
  return random.below(24) === 0 ? random.pick([off - 1, off - 512, 0, off + 8]) : off;
}

function address(base: string, off: number): string {
  return off < 0 ? `${base} - ${-off}` : `${base} + ${off}`;
}

function anyReg(random: Random): number {
  return random.below(8) === 0 ? 10 : random.below(10);
}

function stackStore(random: Random): string[] {
  const bytes = random.below(2) === 0 ? 8 : random.pick(SIZES);
  const at = address('r10', stackOff(random, bytes));
  const value = random.below(3) === 0 ? random.pick(IMMS) : `r${anyReg(random)}`;
  return [`*(u${8 * bytes} *)(${at}) = ${value}`];
}

function loadType(random: Random, bytes: number): string {
  return `${bytes < 8 && random.below(3) === 0 ? 's' : 'u'}${8 * bytes}`;
}

function stackLoad(random: Random): string[] {
  const bytes = random.below(2) === 0 ? 8 : random.pick(SIZES);
  return [
    `r${random.pick(SCRATCH)} = *(${loadType(random, bytes)} *)(${address('r10', stackOff(random, bytes))})`,
  ];
}

function stackIndex(random: Random): string[] {
  const bytes = random.pick(SIZES);
  const reg = 1 + random.below(5);
  const head = [`r${reg} = r10`, `r${reg} += ${-8 * (1 + random.below(5))}`, `r${reg} += r8`];
  const at = address(`r${reg}`, random.pick([0, 0, 8, -8, bytes]));
  const access = random.pick([
    `*(u${8 * bytes} *)(${at}) = ${random.pick(IMMS)}`,
    `*(u${8 * bytes} *)(${at}) = r${anyReg(random)}`,
    `r${random.pick(SCRATCH)} = *(${loadType(random, bytes)} *)(${at})`,
  ]);
  return [...head, access];
}

function stackAtomic(random: Random): string[] {
  const bytes = random.below(2) === 0 ? 8 : 4;
  const at = address('r10', stackOff(random, bytes));
  const reg = random.pick(SCRATCH);
  return [
    random.pick([
      `lock *(u${8 * bytes} *)(${at}) += r${reg}`,
      `r${reg} = atomic_fetch_add((u${8 * bytes} *)(${at}), r${reg})`,
      `r${reg} = xchg_64(${address('r10', stackOff(random, 8))}, r${reg})`,
      `r0 = cmpxchg_64(${address('r10', stackOff(random, 8))}, r0, r${reg})`,
      `r${reg} = load_acquire((u${8 * bytes} *)(${at}))`,
      `store_release((u${8 * bytes} *)(${at}), r${reg})`,
    ]),
  ];
}

function valueAccess(random: Random): string[] {
  const bytes = random.pick(SIZES);
  const reg = 1 + random.below(5);
  const index = random.pick([`r8`, `r8`, `r${random.pick(SCRATCH)}`]);
  const head = random.below(3) === 0 ? [] : [`r${reg} += ${index}`];
  const at = address(`r${reg}`, random.pick([0, 0, 0, -8, 8, 32 - bytes, 40 - bytes, 25]));
  const access = random.pick([
    `*(u${8 * bytes} *)(${at}) = ${random.pick(IMMS)}`,
    `*(u${8 * bytes} *)(${at}) = r${anyReg(random)}`,
    `r${random.pick(SCRATCH)} = *(${loadType(random, bytes)} *)(${at})`,
    `lock *(u${bytes < 8 ? 32 : 64} *)(${at}) += r7`,
  ]);
  return [`r${reg} = r9`, ...head, access];
}

function ctxLoad(random: Random): string[] {
  return [`r${random.pick(SCRATCH)} = *(u${random.pick([32, 64])} *)(r6 + ${random.pick([0, 8, 16, 160])})`];
}

function branch(random: Random): string[] {
  const sign = random.pick(['==', '!=', '>', '<', 's>', 's<', '>=', '<=']);
  return [`if r${random.pick(SCRATCH)} ${sign} ${random.pick([0, 1, 7, 8, 16, 40])} goto out`];
}

function arithmetic(random: Random): string[] {
  const reg = random.pick(SCRATCH);
  return [
    random.pick([
      `r${reg} = r7`,
      `r${reg} = r8`,
      `r${reg} &= 15`,
      `r${reg} += 1`,
      `w${reg} = w${random.pick(SCRATCH)}`,
      `r${reg} = ${random.pick(IMMS)}`,
    ]),
  ];
}

/** A call leaves r1 to r5 undefined. */
function afterCall(random: Random): string[] {
  return [1, 2, 3, 4, 5].map((reg) => `r${reg} = ${random.pick(['0', '1', 'r8', 'r7'])}`);
}

function stackPointer(random: Random, reg: number): string[] {
  const index = random.below(4) === 0 ? [`r${reg} += r8`] : [];
  return [`r${reg} = r10`, `r${reg} += ${-8 * (1 + random.below(6))}`, ...index];
}

function fillByHelper(random: Random): string[] {
  const size = random.pick(['0', '1', '8', '8', '12', '16', '40', 'r8', 'r7']);
  return [
    ...stackPointer(random, 1),
    `r2 = ${size}`,
    'r3 = 0',
    `call bpf_${random.pick(['probe_read_kernel', 'probe_read_kernel', 'get_current_comm'])}`,
    ...afterCall(random),
  ];
}

function readByHelper(random: Random): string[] {
  return [
    'r1 = records ll',
    ...stackPointer(random, 2),
    `r3 = ${random.pick(['0', '1', '8', '16', '40', 'r8', 'r7'])}`,
    'r4 = 0',
    'call bpf_ringbuf_output',
    ...afterCall(random),
  ];
}

function lookUp(random: Random, label: string): string[] {
  const check = random.below(6) === 0 ? [] : [`if r0 == 0 goto none${label}`];
  const bytes = random.pick(SIZES);
  return [
    'r1 = table ll',
    ...stackPointer(random, 2),
    'call bpf_map_lookup_elem',
    ...check,
    ...(random.below(2) === 0 ? ['r0 += r8'] : []),
    `r1 = *(u${8 * bytes} *)(r0 + ${random.pick([0, 8, 16 - bytes, 16])})`,
    `none${label}:`,
    'r0 = 0',
    ...afterCall(random),
  ];
}

function reserve(random: Random, label: string): string[] {
  const bytes = random.pick(SIZES);
  return [
    'r1 = records ll',
    'r2 = 24',
    'r3 = 0',
    'call bpf_ringbuf_reserve',
    `if r0 == 0 goto full${label}`,
    `*(u${8 * bytes} *)(r0 + ${random.pick([0, 8, 24 - bytes, 20])}) = ${random.pick(['r7', '0', 'r10'])}`,
    'r1 = r0',
    'r2 = 0',
    'call bpf_ringbuf_discard',
    `full${label}:`,
    'r0 = 0',
    ...afterCall(random),
  ];
}
