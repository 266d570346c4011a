// Random programs near the border of what a verifier accepts: numbers of all kinds reach addresses in the stack, in map values and in packets, behind
// checks that are right, or wrong by one, or missing. Texts of the assembler; programs of type sched_cls.
import type { Random } from './seed.ts';

/** Of the one map: bytes of a value, and how many there are. */
export const VALUE_BYTES = 48;
export const ENTRIES = 4;

/** Registers that hold numbers at any time; r9 is the ctx, r0 to r5 are scratch. */
const NUMBERS = ['r6', 'r7', 'r8'] as const;
const SIZES = [1, 2, 4, 8] as const;
/** The stack: words that are set, the key of look-ups, the lowest byte that variable accesses aim at. */
const WORDS = [-8, -16, -24, -32, -40, -48, -56, -64] as const;
const KEY = -72;
const SIGNS = ['==', '!=', '>', '>=', '<', '<=', 's>', 's>=', 's<', 's<=', '&'] as const;
const EDGES = [
  0, 1, 2, 7, 8, 16, 31, 32, 40, 47, 48, 63, 64, 255, 256, 0x7fff, 0xffff, 0x7fff_ffff, -1, -2, -8, -64,
  -0x8000_0000,
];

/** The object text of one program. */
export function riskyText(random: Random): string {
  const writer = new Writer(random);
  return [
    '.license "GPL"',
    `.map vals array key=4 value=${VALUE_BYTES} entries=${ENTRIES}`,
    '.section "tc"',
    'main:',
    ...writer.program(),
  ].join('\n');
}

class Writer {
  private readonly random: Random;
  private lines: string[] = [];
  /** Ends of the main function behind its first. */
  private readonly ends: string[] = [];
  private readonly functions: string[] = [];
  private labels = 0;

  constructor(random: Random) {
    this.random = random;
  }

  program(): readonly string[] {
    this.put('r9 = r1');
    this.begin();
    for (let i = 5 + this.random.below(10); i > 0; i -= 1) this.statement(0);
    this.put('end:', 'r0 = 0', 'exit', ...this.ends, ...this.functions);
    return this.lines;
  }

  private put(...lines: readonly string[]): void {
    this.lines.push(...lines);
  }

  private label(): string {
    this.labels += 1;
    return `l${this.labels}`;
  }

  private number(): string {
    return this.random.pick(NUMBERS);
  }

  private imm(): number {
    const { random } = this;
    return random.below(3) > 0 ? random.pick(EDGES) : (random.u32() >>> random.below(32)) | 0;
  }

  /** A number that is right, or off by one or two. */
  private nearly(right: number): number {
    const { random } = this;
    return random.below(3) > 0 ? right : right + random.below(5) - 2;
  }

  /** Numbers of all widths from a map value and the ctx; the stack set. */
  private begin(): void {
    const { random } = this;
    this.put(`*(u32 *)(r10 ${KEY}) = ${random.below(ENTRIES)}`, ...this.lookup(), 'if r0 == 0 goto end');
    for (const [i, reg] of NUMBERS.entries()) {
      const load = random.pick(['u64', 'u64', 'u32', 'u16', 'u8', 's8', 's16', 's32']);
      if (random.below(4) > 0) this.put(`${reg} = *(${load} *)(r0 + ${8 * i})`);
      else this.put(`${reg} = *(u32 *)(r9 + ${random.pick([8, 32, 48, 52, 56, 60, 64])})`);
    }
    for (const off of WORDS) {
      this.put(`*(u64 *)(r10 ${off}) = ${random.below(2) === 0 ? this.imm() : this.number()}`);
    }
  }

  private lookup(): string[] {
    return ['r1 = map[vals] ll', 'r2 = r10', `r2 += ${KEY}`, 'call map_lookup_elem'];
  }

  private statement(depth: number): void {
    const { random } = this;
    const simple = [
      () => this.alu(),
      () => this.alu(),
      () => this.guard(),
      () => this.guard(),
      () => this.spill(),
      () => this.stackAt(),
      () => this.mapAt(),
      () => this.packetAt(),
    ];
    const nested = [() => this.branch(depth), () => this.loop(depth), () => this.call()];
    random.pick(depth < 2 ? [...simple, ...nested] : simple)();
  }

  private alu(): void {
    const { random } = this;
    const [a, b] = [this.number(), this.number()];
    const sign = random.pick(['+=', '-=', '*=', '|=', '&=', '^=', '/=', '%=', 's/=', 's%=', '=']);
    const some = random.pick(['+=', '-=', '*=', '|=', '&=', '&=', '^=']);
    const shift = random.pick(['<<=', '>>=', 's>>=']);
    this.put(
      random.pick([
        `${a} ${sign} ${b}`,
        `${low(a)} ${sign} ${low(b)}`,
        `${a} ${shift} ${random.below(64)}`,
        `${low(a)} ${shift} ${random.below(32)}`,
        `${a} ${some} ${this.imm()}`,
        `${low(a)} ${some} ${this.imm()}`,
        `${a} ${shift} ${b}`,
        `${a} = (s${random.pick([8, 16, 32])})${b}`,
        `${low(a)} = (s${random.pick([8, 16])})${low(b)}`,
        `${a} = ${random.pick(['bswap', 'be', 'le'])}${random.pick([16, 32, 64])} ${a}`,
        `${a} = -${a}`,
        `${low(a)} = -${low(a)}`,
        `${a} = ${this.imm()}`,
      ]),
    );
  }

  private condition(): string {
    const { random } = this;
    const [a, b] = [this.number(), this.number()];
    const right = random.below(3) === 0 ? undefined : this.imm();
    const sign = random.pick(SIGNS);
    if (random.below(3) === 0) return `${low(a)} ${sign} ${right ?? low(b)}`;
    return `${a} ${sign} ${right ?? b}`;
  }

  private guard(): void {
    this.put(`if ${this.condition()} goto end`);
  }

  /** Bounds a number to 0..max, in one of the ways in which programs do. */
  private bound(reg: string, max: number): void {
    const { random } = this;
    const high = this.nearly(max);
    this.put(
      ...random.pick([
        [`if ${reg} > ${high} goto end`],
        [`if ${reg} >= ${high + 1} goto end`],
        [`if ${reg} s< 0 goto end`, `if ${reg} s> ${high} goto end`],
        [`if ${reg} s> ${high} goto end`, `if ${reg} s< 0 goto end`],
        [`if ${low(reg)} > ${high} goto end`],
        [`if ${low(reg)} s> ${high} goto end`, `if ${low(reg)} s< 0 goto end`],
        [`${low(reg)} = ${low(reg)}`, `if ${reg} > ${high} goto end`],
        [`${reg} &= ${mask(max)}`],
        [`${low(reg)} &= ${mask(max)}`],
        [`${reg} &= ${mask(max)}`, `${reg} ^= ${this.nearly(0)}`],
        [`${reg} >>= ${64 - Math.max(1, Math.floor(Math.log2(max + 1)))}`],
        [`r5 = ${high}`, `if ${reg} > r5 goto end`],
        [`r5 = ${reg}`, `if r5 > ${high} goto end`],
        [`r5 = ${reg}`, 'r5 += 1', `if r5 > ${high + 1} goto end`],
        [],
      ]),
    );
  }

  /** `at` is an address expression; loads into a number or stores one. */
  private access(base: string, off: number, size: number): void {
    const { random } = this;
    const place = `*(u${8 * size} *)(${base} ${off < 0 ? '-' : '+'} ${Math.abs(off)})`;
    const reg = this.number();
    this.put(
      random.pick([
        `${reg} = ${place}`,
        `${reg} = ${place}`,
        `${place} = ${reg}`,
        `${place} = ${this.imm()}`,
        ...(size === 8 && base !== 'r2'
          ? [`lock ${place} += ${reg}`]
          : size < 8
            ? [`${reg} = ${place.replace('(u', '(s')}`]
            : []),
      ]),
    );
  }

  /** An access to the stack at a variable offset. */
  private stackAt(): void {
    const { random } = this;
    const reg = this.number();
    const size = random.pick(SIZES);
    const max = random.pick([0, 1, 7, 8, 15, 31, 40, 56]);
    this.bound(reg, max);
    if (random.below(8) > 0 && size > 1) this.put(`${reg} &= ${-size}`);
    this.put('r2 = r10', `r2 ${random.below(16) === 0 ? '-=' : '+='} ${reg}`);
    const lowest = -size * Math.ceil((max + size) / size);
    this.access('r2', random.below(8) > 0 ? lowest - size * random.below(2) : this.nearly(lowest), size);
  }

  private mapAt(): void {
    const { random } = this;
    const reg = this.number();
    const size = random.pick(SIZES);
    const max = random.pick([0, 3, 7, 15, 31, 39, 47]);
    this.bound(reg, max);
    this.put(`*(u32 *)(r10 ${KEY}) = ${random.below(ENTRIES + 1)}`, ...this.lookup());
    if (random.below(12) > 0) this.put(`if r0 == 0 goto ${random.below(12) > 0 ? 'end' : this.anotherEnd()}`);
    if (random.below(8) > 0 && size > 1) this.put(`${reg} &= ${-size}`);
    this.put(`r0 ${random.below(8) === 0 ? '-=' : '+='} ${reg}`);
    if (random.below(8) === 0) this.put(`if ${this.condition()} goto end`);
    const last = size * Math.floor(Math.max(0, VALUE_BYTES - size - max) / size);
    this.access('r0', random.below(8) > 0 ? last + size * random.below(2) : this.nearly(last), size);
  }

  /** The label of an end of its own. */
  private anotherEnd(): string {
    const label = this.label();
    this.ends.push(`${label}:`, 'r0 = 0', 'exit');
    return label;
  }

  private packetAt(): void {
    const { random } = this;
    const reg = this.number();
    const size = random.pick(SIZES);
    const max = random.pick([0, 7, 40, 255]);
    const off = random.below(20);
    this.put('r2 = *(u32 *)(r9 + 76)', 'r3 = *(u32 *)(r9 + 80)');
    if (random.below(2) === 0) {
      this.bound(reg, max);
      this.put(`r2 += ${reg}`);
    }
    const checked = this.nearly(off + size);
    this.put('r4 = r2', `r4 += ${checked}`);
    this.put(
      random.pick([
        'if r4 > r3 goto end',
        'if r4 >= r3 goto end',
        'if r3 < r4 goto end',
        'if r3 <= r4 goto end',
        'if r4 < r3 goto +1\ngoto end',
        'if r3 >= r4 goto +1\ngoto end',
      ]),
    );
    this.access('r2', off, size);
  }

  /** A number, or a pointer, through the stack. */
  private spill(): void {
    const { random } = this;
    const off = random.pick(WORDS);
    const size = random.pick(SIZES);
    const at = off + random.below(8 / size) * size;
    this.put(
      random.pick([
        `*(u${8 * size} *)(r10 ${at}) = ${this.number()}`,
        `*(u${8 * size} *)(r10 ${at}) = ${this.imm()}`,
        `*(u64 *)(r10 ${off}) = ${this.number()}`,
      ]),
      random.pick([
        `${this.number()} = *(u${8 * size} *)(r10 ${at})`,
        `${this.number()} = *(u64 *)(r10 ${off})`,
        ...(size < 8 ? [`${this.number()} = *(s${8 * size} *)(r10 ${at})`] : []),
      ]),
    );
  }

  private branch(depth: number): void {
    const { random } = this;
    const [other, done] = [this.label(), this.label()];
    this.put(`if ${this.condition()} goto ${other}`);
    for (let i = random.below(3); i > 0; i -= 1) this.statement(depth + 1);
    if (random.below(2) === 0) {
      this.put(`goto ${done}`, `${other}:`);
      this.statement(depth + 1);
      this.put(`${done}:`);
    } else this.put(`${other}:`);
  }

  /** A loop that counts on the stack, up or down, by a constant or a bounded number. */
  private loop(depth: number): void {
    const { random } = this;
    const again = this.label();
    const rounds = 1 + random.below(6);
    const counter = `*(u64 *)(r10 ${KEY - 8 * (depth + 1)})`;
    this.put(`${counter} = 0`, `${again}:`);
    this.statement(depth + 1);
    if (random.below(2) === 0) this.alu();
    this.put(`r5 = ${counter}`, 'r5 += 1', `${counter} = r5`);
    this.put(random.pick([`if r5 < ${rounds} goto ${again}`, `if r5 != ${rounds} goto ${again}`]));
  }

  /** A function that gets two numbers, or a number and an address on the caller's stack. */
  private call(): void {
    const { random } = this;
    const name = `f${this.functions.length}${this.label()}`;
    const byAddress = random.below(2) === 0;
    const outer = this.lines;
    this.lines = [];
    const end = `${name}end`;
    this.put(`${name}:`, 'r6 = r1', 'r7 = r2', 'r8 = 5');
    if (byAddress) {
      const size = random.pick(SIZES);
      const max = random.pick([0, 7, 15]);
      this.bound('r6', max);
      if (size > 1) this.put(`r6 &= ${-size}`);
      this.put(
        'r7 += r6',
        `r8 = *(u${8 * size} *)(r7 + ${size * Math.floor(Math.max(0, this.nearly(16 - size - max)) / size)})`,
      );
    } else {
      this.alu();
      this.guard();
      this.alu();
    }
    this.put('r0 = r6', 'r0 += r8', `${end}:`, 'exit');
    const text = this.lines.map((line) => line.replace(/goto end$/u, `goto ${end}0`));
    if (text.some((line) => line.endsWith(` ${end}0`)))
      text.splice(text.length - 2, 0, `goto ${end}`, `${end}0:`, 'r0 = 0');
    this.functions.push(...text);
    this.lines = outer;
    this.put(`r1 = ${this.number()}`);
    this.put(byAddress ? 'r2 = r10' : `r2 = ${this.number()}`);
    if (byAddress) this.put('r2 += -16');
    this.put(`call ${name}`, `${this.number()} = r0`);
  }
}

/** The low half of a register. */
function low(reg: string): string {
  return reg.replace('r', 'w');
}

/** The largest run of ones that is not above a number. */
function mask(max: number): number {
  return 2 ** Math.floor(Math.log2(max + 1)) - 1;
}
