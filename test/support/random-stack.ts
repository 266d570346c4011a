// Random programs about the stack: loads and stores of all sizes at places that overlap, spills, keys and values for helpers, frames of callers and callbacks,
// places that are not known, strings; some of it never written. Most are accepted. What they find goes into r0 and into a map.
import type { Random } from './seed.ts';

/** Words of the frame that numbers are kept in, as offsets below r10; deeper ones are for pointers and counters. */
const WORDS = [8, 16, 24, 32, 40, 48] as const;
const POINTER = 56;
const COUNTER = 64;
const SIZES = [1, 2, 4, 8] as const;
const NUMBERS = ['r7', 'r8', 'r9'] as const;
const IMMS = [0, 1, 7, 255, -1, 0x1234, 0x7fff_ffff] as const;
const SIGNS = ['==', '!=', '>', 's<', '&'] as const;

const HEAD = `.license "GPL"
.map table hash key=4 value=16 entries=8
.map words array key=4 value=16 entries=4
.section "kprobe/x"
main:
`;

/** The text of an object with one program of type kprobe. */
export function randomStackText(random: Random): string {
  const names = Array.from({ length: random.below(3) }, (_, i) => `f${i}`);
  const texts = ['main', ...names].map((name, i) => new StackFunction(random, name, names.slice(i)).text());
  let text = texts[0]!;
  for (const [i, name] of names.entries()) if (text.includes(`call ${name}\n`)) text += texts[i + 1]!;
  return HEAD + (text.includes('= round ll') ? text + roundText(random) : text);
}

/** A callback of bpf_loop: r2 is the caller's r10. */
function roundText(random: Random): string {
  const word = random.pick(WORDS);
  const lines = [
    'round: r7 = r1',
    `*(u64 *)(r10 - ${word}) = r1`,
    random.below(2) === 0 ? `r3 = *(u64 *)(r2 - ${random.pick(WORDS)})` : 'r3 = 5',
    `r4 = *(u64 *)(r10 - ${random.pick([word, word, random.pick(WORDS)])})`,
    'r3 += r4',
    `*(u64 *)(r2 - ${random.pick(WORDS)}) = r3`,
    'r0 = 0',
    'exit',
  ];
  return `${lines.join('\n')}\n`;
}

/** A function under way: r6 is the ctx, in functions the caller's r10. */
class StackFunction {
  private readonly random: Random;
  private readonly name: string;
  private readonly callees: readonly string[];
  private readonly lines: string[] = [];
  private readonly open: string[] = [];
  private labels = 0;

  constructor(random: Random, name: string, callees: readonly string[]) {
    this.random = random;
    this.name = name;
    this.callees = callees;
  }

  text(): string {
    const { lines, random } = this;
    if (this.name === 'main') {
      lines.push('r6 = r1', ...NUMBERS.map((reg, i) => `${reg} = *(u64 *)(r1 + ${8 * (i + 1)})`));
    } else lines.push(`${this.name}: r6 = r1`, 'r7 = r2', 'r8 = r3', 'r9 = 3');
    for (const word of WORDS)
      if (random.below(3) > 0) lines.push(`*(u64 *)(r10 - ${word}) = ${this.number()}`);
    const steps = this.name === 'main' ? STEPS : [...STEPS, callersLoad, callersStore];
    for (let i = 5 + random.below(16); i > 0; i--) lines.push(...random.pick(steps)(this));
    lines.push(...this.open.map((label) => `${label}:`));
    for (const word of WORDS) {
      if (random.below(2) === 0) lines.push(`r1 = *(u64 *)(r10 - ${word})`, 'r7 *= 31', 'r7 += r1');
    }
    lines.push('r0 = r7', 'r0 ^= r8', 'r0 += r9', 'exit');
    return `${lines.join('\n')}\n`;
  }

  pick<T>(list: readonly T[]): T {
    return this.random.pick(list);
  }

  below(below: number): number {
    return this.random.below(below);
  }

  number(): string {
    return this.random.pick(NUMBERS);
  }

  /** Offset below r10 of bytes of a size within a word. */
  at(bytes: number): number {
    return this.pick(WORDS) - bytes * this.below(8 / bytes);
  }

  label(): string {
    this.labels += 1;
    return `${this.name}_${this.labels}`;
  }

  jumpTo(): string {
    const label = this.label();
    this.open.push(label);
    return label;
  }

  place(): string[] {
    const label = this.open.splice(this.below(this.open.length || 1), 1)[0];
    return label === undefined ? [] : [`${label}:`];
  }

  callee(): string | undefined {
    return this.callees.length === 0 ? undefined : this.pick(this.callees);
  }
}

type Step = (f: StackFunction) => readonly string[];

const STEPS: readonly Step[] = [
  storeReg,
  storeReg,
  storeImm,
  load,
  load,
  load,
  (f) => [`${f.number()} ${f.pick(['+=', '^=', '*=', '-='])} ${f.pick([...NUMBERS, '3'])}`],
  (f) => [`*(u64 *)(r10 - ${f.at(8)}) = ${f.number()}`, 'call get_prandom_u32', `${f.number()} ^= r0`],
  branch,
  branch,
  (f) => f.place(),
  (f) => f.place(),
  lookUp,
  update,
  variable,
  readString,
  (f) => ['r1 = r10', `r1 += -${f.pick([16, 24, 48])}`, 'r2 = 16', 'call get_current_comm'],
  call,
  callBack,
  pointer,
  counted,
  (f) => [`lock *(u64 *)(r10 - ${f.at(8)}) += ${f.number()}`],
  (f) => [
    `r1 = ${f.number()}`,
    `r1 = atomic64_fetch_add((u64 *)(r10 - ${f.at(8)}), r1)`,
    `${f.number()} ^= r1`,
  ],
];

function storeReg(f: StackFunction): readonly string[] {
  const bytes = f.pick(SIZES);
  return [`*(u${8 * bytes} *)(r10 - ${f.at(bytes)}) = ${f.number()}`];
}

function storeImm(f: StackFunction): readonly string[] {
  const bytes = f.pick(SIZES);
  return [`*(u${8 * bytes} *)(r10 - ${f.at(bytes)}) = ${f.pick(IMMS)}`];
}

function load(f: StackFunction): readonly string[] {
  const bytes = f.pick(SIZES);
  const sign = bytes < 8 && f.below(3) === 0 ? 's' : 'u';
  return [`r1 = *(${sign}${8 * bytes} *)(r10 - ${f.at(bytes)})`, `${f.number()} ${f.pick(['+=', '^='])} r1`];
}

function branch(f: StackFunction): readonly string[] {
  return [`if ${f.number()} ${f.pick(SIGNS)} ${f.pick([...NUMBERS, '0', '1', '255'])} goto ${f.jumpTo()}`];
}

/** A key of 4 bytes, which may stand beside other numbers, or never have been written. */
function lookUp(f: StackFunction): readonly string[] {
  const at = f.at(4);
  const key = f.below(4) === 0 ? [] : [`*(u32 *)(r10 - ${at}) = ${f.pick([0, 1, 3, 9])}`];
  const none = f.label();
  return [
    ...key,
    'r2 = r10',
    `r2 += -${at}`,
    `r1 = ${f.pick(['table', 'words'])} ll`,
    'call map_lookup_elem',
    `if r0 == 0 goto ${none}`,
    `r1 = *(u64 *)(r0 + ${f.pick([0, 8])})`,
    `${f.number()} ^= r1`,
    `*(u64 *)(r0 + 8) = ${f.number()}`,
    `${none}:`,
  ];
}

/** A value of 16 bytes of the stack. */
function update(f: StackFunction): readonly string[] {
  const value = f.pick([16, 24, 32, 48]);
  return [
    `*(u32 *)(r10 - ${value + 8 > 48 ? 4 : value + 4}) = ${f.pick([0, 2, 5])}`,
    'r2 = r10',
    `r2 += -${value + 8 > 48 ? 4 : value + 4}`,
    'r3 = r10',
    `r3 += -${value}`,
    'r4 = 0',
    'r1 = table ll',
    'call map_update_elem',
    `${f.number()} += r0`,
  ];
}

/** A byte, or a word, somewhere in 32 bytes. */
function variable(f: StackFunction): readonly string[] {
  const bytes = f.pick([1, 8]);
  const from = f.pick([32, 40, 48]);
  const place = [`r1 = ${f.number()}`, `r1 &= ${32 - bytes}`, 'r2 = r10', 'r2 += r1'];
  const access =
    f.below(2) === 0
      ? [`r1 = *(u${8 * bytes} *)(r2 - ${from})`, `${f.number()} += r1`]
      : [`*(u${8 * bytes} *)(r2 - ${from}) = ${f.pick([...NUMBERS, '0'])}`];
  return [...place, ...access];
}

/** What stands behind the end of the string is left. */
function readString(f: StackFunction): readonly string[] {
  const none = f.label();
  const at = f.pick([16, 32, 48]);
  return [
    `*(u32 *)(r10 - 4) = ${f.below(4)}`,
    'r2 = r10',
    'r2 += -4',
    'r1 = words ll',
    'call map_lookup_elem',
    `if r0 == 0 goto ${none}`,
    'r3 = r0',
    'r1 = r10',
    `r1 += -${at}`,
    `r2 = ${f.pick([8, 12, 16])}`,
    `call ${f.pick(['probe_read_kernel', 'probe_read_kernel_str', 'probe_read_user_str'])}`,
    `${f.number()} += r0`,
    `${none}:`,
  ];
}

function call(f: StackFunction): readonly string[] {
  const callee = f.callee();
  if (callee === undefined) return [];
  return ['r1 = r10', `r2 = ${f.number()}`, `r3 = ${f.number()}`, `call ${callee}`, `${f.number()} ^= r0`];
}

function callBack(f: StackFunction): readonly string[] {
  return [
    `r1 = ${f.pick([1, 3])}`,
    'r2 = round ll',
    'r3 = r10',
    'r4 = 0',
    'call loop',
    `${f.number()} += r0`,
  ];
}

/** The address of a word is kept on the stack, and used. */
function pointer(f: StackFunction): readonly string[] {
  return [
    'r1 = r10',
    `r1 += -${f.pick(WORDS)}`,
    `*(u64 *)(r10 - ${POINTER}) = r1`,
    `r2 = *(u64 *)(r10 - ${POINTER})`,
    f.below(2) === 0 ? `*(u64 *)(r2 + 0) = ${f.number()}` : 'r1 = *(u64 *)(r2 + 0)',
    ...(f.below(4) === 0 ? [`*(u64 *)(r10 - ${POINTER}) = 0`] : []),
  ];
}

/** A loop that counts on the stack. */
function counted(f: StackFunction): readonly string[] {
  const again = f.label();
  return [
    `*(u64 *)(r10 - ${COUNTER}) = 0`,
    `${again}:`,
    ...load(f),
    ...storeReg(f),
    `r1 = *(u64 *)(r10 - ${COUNTER})`,
    'r1 += 1',
    `*(u64 *)(r10 - ${COUNTER}) = r1`,
    `if r1 < ${2 + f.below(4)} goto ${again}`,
  ];
}

function callersLoad(f: StackFunction): readonly string[] {
  return [`r1 = *(u64 *)(r6 - ${f.pick(WORDS)})`, `${f.number()} += r1`];
}

function callersStore(f: StackFunction): readonly string[] {
  const bytes = f.pick(SIZES);
  return [`*(u${8 * bytes} *)(r6 - ${f.at(bytes)}) = ${f.number()}`];
}
