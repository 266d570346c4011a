// Random programs that use maps, functions, callbacks, loops and tail calls, in a form that the kernel accepts for the most part: every value that
// reaches an address is bounded, every register is set. For runs against the kernel.
import { assembleProg } from '../../vm/index.ts';
import { funcLines } from './oracle-lines.ts';
import { insnsLine } from './oracle.ts';
import type { Random } from './seed.ts';

interface MapRow {
  readonly line: string;
  /** Keys that programs try: some that are there, one or two that are not. */
  readonly keys: number;
  readonly valueBytes: number;
}

/** The maps of all programs, in the order in which insns name them. */
export const RANDOM_MAPS = {
  arr: { line: 'array 4 16 4 0', keys: 5, valueBytes: 16 },
  hash: { line: 'hash 4 16 6 0', keys: 8, valueBytes: 16 },
  lazy: { line: 'hash 4 24 5 1', keys: 8, valueBytes: 24 },
  pcpu: { line: 'percpu_array 4 16 3 0', keys: 4, valueBytes: 16 },
  phash: { line: 'percpu_hash 4 16 4 0', keys: 6, valueBytes: 16 },
  one: { line: 'array 4 24 1 0', keys: 2, valueBytes: 24 },
} as const satisfies Record<string, MapRow>;
type MapName = keyof typeof RANDOM_MAPS;
const MAP_NAMES = Object.keys(RANDOM_MAPS) as MapName[]; // the table's own keys
/** Behind them: maps without keys, and the prog_array of the tail calls. */
export const RANDOM_QUEUES = { fifo: 'queue 0 8 5 0', lifo: 'stack 0 8 3 0' } as const satisfies Record<
  string,
  string
>;
const QUEUE_NAMES = Object.keys(RANDOM_QUEUES) as (keyof typeof RANDOM_QUEUES)[]; // the table's own keys
export const JUMPS = 'jumps';
export const JUMP_SLOTS = 4;
const NAMES = [...MAP_NAMES, ...QUEUE_NAMES, JUMPS];

/** The lines of a spec that create the maps. */
export function mapLines(): string[] {
  const lines = MAP_NAMES.map((name) => `map ${name} ${RANDOM_MAPS[name].line}`);
  const queues = QUEUE_NAMES.map((name) => `map ${name} ${RANDOM_QUEUES[name]}`);
  return [...lines, ...queues, `map ${JUMPS} prog_array 4 4 ${JUMP_SLOTS} 0`];
}

/** The lines that load one random program. */
export function randomMapProg(random: Random, name: string): string[] {
  const { insns } = assembleProg(new ProgWriter(random).text(), NAMES);
  return [`prog ${name} socket_filter log=0`, insnsLine(insns), ...funcLines(insns), 'end'];
}

/** The text of an object with one random program, and the maps. */
export function randomMapText(random: Random): string {
  const lines = [
    ...MAP_NAMES.map((name) => [name, RANDOM_MAPS[name].line] as const),
    ...Object.entries(RANDOM_QUEUES),
  ];
  const maps = [...lines, [JUMPS, `prog_array 4 4 ${JUMP_SLOTS} 0`] as const].map(([name, line]) => {
    const [type, key, value, entries, flags] = line.split(' ');
    return `.map ${name} ${type} key=${key} value=${value} entries=${entries}${flags === '1' ? ' flags=no_prealloc' : ''}`;
  });
  return ['.license "GPL"', ...maps, '.section "socket"', 'main:', new ProgWriter(random).text()].join('\n');
}

/** What a function may hold: calls and loops only the outermost. */
type Place = 'main' | 'function' | 'callback';

/** Registers that hold numbers at any time. r6 counts rounds, r0 to r5 are scratch. */
const NUMBERS = ['r7', 'r8', 'r9'] as const;
/** The stack: four numbers, the key, the value, the ctx or what a callback got, a counter. */
const WORDS = [-8, -16, -24, -32] as const;
const KEY = -40;
const VALUE = -64;
const GIVEN = -72;
const COUNTER = -80;

class ProgWriter {
  private readonly random: Random;
  private readonly lines: string[] = [];
  private readonly functions: string[] = [];
  private labels = 0;
  private names = 0;
  /** Functions that are being written, one in the other. */
  private deep = 0;

  constructor(random: Random) {
    this.random = random;
  }

  text(): string {
    this.begin('r1');
    this.statements(4 + this.random.below(8), 'main', 0);
    this.mix();
    return [...this.lines, ...this.functions].join('\n');
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
    return random.pick([0, 1, -1, 7, 31, 0x7fff_ffff, -0x8000_0000, random.below(1000), random.u32() | 0]);
  }

  /** Sets every number; `given` is kept. */
  private begin(given: string): void {
    this.put(`*(u64 *)(r10 ${GIVEN}) = ${given}`);
    for (const reg of NUMBERS) this.put(`${reg} = ${this.random.u64()} ll`);
    for (const off of WORDS) this.put(`*(u64 *)(r10 ${off}) = ${this.imm()}`);
    for (let off = VALUE; off < KEY; off += 8) this.put(`*(u64 *)(r10 ${off}) = ${this.imm()}`);
    this.put(`*(u64 *)(r10 ${KEY}) = 0`);
  }

  /** r0 = a mix of all numbers, and exit. */
  private mix(): void {
    this.put('r0 = r7', 'r0 *= 31', 'r0 += r8', 'r0 *= 31', 'r0 += r9');
    for (const off of WORDS) this.put(`r1 = *(u64 *)(r10 ${off})`, 'r0 *= 31', 'r0 ^= r1');
    this.put('r1 = r0', 'r1 >>= 32', 'r0 ^= r1', 'exit');
  }

  private statements(count: number, place: Place, depth: number): void {
    for (let i = 0; i < count; i++) this.statement(place, depth);
  }

  private statement(place: Place, depth: number): void {
    const { random } = this;
    const simple = [
      () => this.alu(),
      () => this.word(),
      () => this.lookup(),
      () => this.update(),
      () => this.remove(),
      () => this.direct(),
      () => this.queue(),
      () => this.percpu(),
      () => this.probe(),
    ];
    const nested = [() => this.branch(place, depth), () => this.branch(place, depth)];
    const calls = [() => this.loop(), () => this.forEach(), () => this.call()];
    const outer = [
      ...calls,
      () => this.rounds(),
      () => this.mayGoto(),
      () => this.tailCall(),
      () => this.packet(),
    ];
    const inner = place === 'main' ? outer : this.deep < 2 ? calls : [];
    const choices = [...simple, ...simple, ...(depth < 2 ? [...nested, ...inner] : [])];
    random.pick(choices)();
  }

  private alu(): void {
    const { random } = this;
    const [a, b] = [this.number(), this.number()];
    const sign = random.pick(['+=', '-=', '*=', '|=', '&=', '^=', '/=', '%=', 's/=', 's%=', '=']);
    const shift = random.pick(['<<=', '>>=', 's>>=']);
    this.put(
      random.pick([
        `${a} ${sign} ${b}`,
        `${w(a)} ${sign} ${w(b)}`,
        `${a} ${shift} ${random.below(64)}`,
        `${w(a)} ${shift} ${random.below(32)}`,
        `${a} ${random.pick(['+=', '*=', '^=', '&='])} ${this.imm()}`,
        `${a} = (s${random.pick([8, 16, 32])})${b}`,
        `${a} = bswap${random.pick([16, 32, 64])} ${a}`,
        `${a} = be${random.pick([16, 32, 64])} ${a}`,
        `${a} = -${a}`,
        `${w(a)} = -${w(a)}`,
      ]),
    );
  }

  private word(): void {
    const { random } = this;
    const off = random.pick(WORDS);
    const size = random.pick(['u8', 'u16', 'u32', 'u64']);
    this.put(
      random.pick([
        `*(u64 *)(r10 ${off}) = ${this.number()}`,
        `${this.number()} = *(${size} *)(r10 ${off})`,
        `*(${size} *)(r10 ${off}) = ${this.number()}`,
        `${this.number()} = *(s${random.pick([8, 16, 32])} *)(r10 ${off})`,
        `lock *(u64 *)(r10 ${off}) ${random.pick(['+=', '|=', '&=', '^='])} ${this.number()}`,
      ]),
    );
  }

  /** Writes a key of the map to the stack: a constant, or what a number is. */
  private key(map: MapName): void {
    const { keys } = RANDOM_MAPS[map];
    if (this.random.below(2) === 0) this.put(`*(u32 *)(r10 ${KEY}) = ${this.random.below(keys)}`);
    else this.put(`r1 = ${this.number()}`, 'r1 &= 7', `*(u32 *)(r10 ${KEY}) = r1`);
  }

  private keyArgs(map: MapName): void {
    this.key(map);
    this.put(`r1 = map[${map}] ll`, 'r2 = r10', `r2 += ${KEY}`);
  }

  private lookup(): void {
    const map = this.random.pick(MAP_NAMES);
    const [missing, done] = [this.label(), this.label()];
    this.keyArgs(map);
    this.put('call map_lookup_elem', `if r0 == 0 goto ${missing}`, 'r3 = r0');
    for (let i = 0; i <= this.random.below(3); i++) this.access('r3', RANDOM_MAPS[map].valueBytes);
    this.put(
      `goto ${done}`,
      `${missing}:`,
      `${this.number()} += ${this.imm()}`,
      `${done}:`,
      `${this.number()} += 1`,
    );
  }

  /** A load, a store or an atomic on a value at a register. Uses r0 and r1. */
  private access(base: string, bytes: number): void {
    const { random } = this;
    const size = random.pick([1, 2, 4, 8]);
    const at = `(u${8 * size} *)(${base} + ${size * random.below(bytes / size)})`;
    const wide = random.pick([4, 8]);
    const atomicAt = `(u${8 * wide} *)(${base} + ${wide * random.below(bytes / wide)})`;
    const n = this.number();
    const x = wide === 8 ? n : w(n);
    const [r0, r1] = wide === 8 ? ['r0', 'r1'] : ['w0', 'w1'];
    const choices: readonly (readonly string[])[] = [
      [`r1 = *${at}`, `${n} ^= r1`],
      [`*${at} = ${n}`],
      [`*${at} = ${this.imm()}`],
      [`lock *${atomicAt} ${random.pick(['+=', '|=', '&=', '^='])} ${x}`],
      [`${x} = atomic_fetch_${random.pick(['add', 'or', 'and', 'xor'])}(${atomicAt}, ${x})`],
      [`${x} = xchg${wide === 8 ? '_64' : '32_32'}(${atomicAt.replace(/\(u\d+ \*\)\((.*)\)$/, '$1')}, ${x})`],
      [
        `r0 = ${this.imm()}`,
        `r1 = ${n}`,
        `${r0} = cmpxchg${wide === 8 ? '_64' : '32_32'}(${atomicAt.replace(/\(u\d+ \*\)\((.*)\)$/, '$1')}, ${r0}, ${r1})`,
        `${n} += r0`,
      ],
    ];
    this.put(...random.pick(choices));
  }

  private update(): void {
    const { random } = this;
    const map = random.pick(MAP_NAMES);
    this.keyArgs(map);
    this.put('r3 = r10', `r3 += ${VALUE}`, `*(u64 *)(r10 ${VALUE + 8 * random.below(3)}) = ${this.number()}`);
    this.put(`r4 = ${random.pick([0, 0, 0, 1, 2, 3])}`, 'call map_update_elem', `${this.number()} += r0`);
  }

  private remove(): void {
    this.keyArgs(this.random.pick(MAP_NAMES));
    this.put('call map_delete_elem', `${this.number()} ^= r0`);
  }

  private direct(): void {
    const off = 8 * this.random.below(3);
    this.put(`r3 = mapval[one]+${off} ll`);
    this.access('r3', RANDOM_MAPS.one.valueBytes - off);
  }

  private branch(place: Place, depth: number): void {
    const { random } = this;
    const [other, done] = [this.label(), this.label()];
    const sign = random.pick(['==', '!=', '>', '>=', '<', '<=', 's>', 's>=', 's<', 's<=', '&']);
    const [a, b] = [this.number(), this.number()];
    const narrow = random.below(2) === 0;
    const at = (reg: string): string => (narrow ? w(reg) : reg);
    const right = random.below(2) === 0 ? at(b) : String(this.imm());
    this.put(`if ${at(a)} ${sign} ${right} goto ${other}`);
    this.statements(1 + random.below(2), place, depth + 1);
    this.put(`goto ${done}`, `${other}:`);
    this.statements(1, place, depth + 1);
    this.put(`${done}:`, `${this.number()} ^= 5`);
  }

  /** Pushes, pops or looks at the front. */
  private queue(): void {
    const { random } = this;
    this.put(
      `r1 = map[${random.pick(QUEUE_NAMES)}] ll`,
      'r2 = r10',
      `r2 += ${random.pick(WORDS)}`,
      `r3 = ${random.pick([0, 0, 2, 1])}`,
    );
    this.put(
      `call ${random.pick(['map_push_elem', 'map_push_elem', 'map_pop_elem', 'map_peek_elem'])}`,
      `${this.number()} += r0`,
    );
  }

  /** The value of CPU 0, or of one that there is not. */
  private percpu(): void {
    const { random } = this;
    const done = this.label();
    this.keyArgs(random.pick(['pcpu', 'phash']));
    this.put(
      `r3 = ${random.pick([0, 0, 0x1000])}`,
      'call map_lookup_percpu_elem',
      `if r0 == 0 goto ${done}`,
      'r3 = r0',
    );
    this.access('r3', 16);
    this.put(`${done}:`, `${this.number()} += 4`);
  }

  /** Copies some of the stack to the value, as the kernel reads it. */
  private probe(): void {
    const { random } = this;
    const from =
      random.below(4) === 0 ? `r3 = ${random.below(4000)}` : `r3 = r10\nr3 += ${random.pick(WORDS)}`;
    this.put('r1 = r10', `r1 += ${VALUE}`, `r2 = ${random.below(9)}`, from);
    this.put(`call ${random.pick(['probe_read_kernel', 'probe_read_kernel_str'])}`, `${this.number()} += r0`);
    this.put(`r1 = *(u64 *)(r10 ${VALUE})`, `${this.number()} ^= r1`);
  }

  /** A load from the packet, which ends the program where the packet has ended. */
  private packet(): void {
    const { random } = this;
    const size = random.pick(['u8', 'u16', 'u32']);
    const at = random.pick([
      0,
      3,
      20,
      random.below(64),
      -0x10_0000 + random.below(30),
      -0x20_0000 + random.below(30),
    ]);
    this.put(`r6 = *(u64 *)(r10 ${GIVEN})`);
    if (random.below(2) === 0) this.put(`r0 = *(${size} *)skb[${at}]`);
    else this.put(`r1 = ${this.number()}`, 'r1 &= 31', `r0 = *(${size} *)skb[r1 + ${Math.max(0, at)}]`);
    this.put(`${this.number()} += r0`);
  }

  /** A loop whose rounds the verifier can count. */
  private rounds(): void {
    const { random } = this;
    const again = this.label();
    this.put(`r6 = ${1 + random.below(4)}`, `${again}:`);
    this.statements(1 + random.below(2), 'callback', 2);
    this.put('r6 += -1', `if r6 != 0 goto ${again}`);
  }

  /** A loop that may_goto makes acceptable, and that a counter ends long before. */
  private mayGoto(): void {
    const [again, out] = [this.label(), this.label()];
    this.put(`*(u64 *)(r10 ${COUNTER}) = 0`, `${again}:`, `may_goto ${out}`);
    this.alu();
    this.word();
    this.put(`r1 = *(u64 *)(r10 ${COUNTER})`, 'r1 += 1', `*(u64 *)(r10 ${COUNTER}) = r1`);
    this.put(`if r1 < ${1 + this.random.below(40)} goto ${again}`, `${out}:`, `${this.number()} += 2`);
  }

  /** bpf_loop; the callback changes a number of ours and may end the loop. */
  private loop(): void {
    const { random } = this;
    const count = random.pick([0, 1, 5, 12, 0x80_0001]);
    this.put(random.below(2) === 0 ? `r1 = ${count}` : `r1 = ${this.number()}\nr1 &= 15`);
    const name = this.function(
      'callback',
      'r2',
      (end) => {
        this.put(
          `r1 = *(u64 *)(r10 ${GIVEN})`,
          'r2 = *(u64 *)(r1 + 0)',
          'r2 *= 31',
          `r2 += ${this.number()}`,
          '*(u64 *)(r1 + 0) = r2',
        );
        this.put('r0 = 0', `if r7 != ${random.below(9)} goto ${end}`, 'r0 = 1', `${end}:`, 'exit');
      },
      ['r7 = r1'],
    );
    this.put(
      `r2 = func ${name} ll`,
      'r3 = r10',
      `r3 += ${WORDS[0]}`,
      `r4 = ${random.below(6) === 0 ? 1 : 0}`,
    );
    this.put('call loop', `${this.number()} += r0`);
  }

  /** bpf_for_each_map_elem; the callback adds up, since the kernel's order of a hash is its own. */
  private forEach(): void {
    const map = this.random.pick(MAP_NAMES);
    const name = this.function(
      'callback',
      'r4',
      () => {
        this.put(`r1 = *(u64 *)(r10 ${GIVEN})`, 'lock *(u64 *)(r1 + 0) += r8', 'r0 = 0', 'exit');
      },
      ['r8 = *(u64 *)(r3 + 0)', 'r1 = *(u32 *)(r2 + 0)', 'r8 *= r1', 'r1 = 3', 'lock *(u64 *)(r3 + 8) += r1'],
      0,
    );
    this.put(`r1 = map[${map}] ll`, `r2 = func ${name} ll`, 'r3 = r10', `r3 += ${WORDS[0]}`);
    this.put(
      `r4 = ${this.random.below(8) === 0 ? 1 : 0}`,
      'call for_each_map_elem',
      `${this.number()} += r0`,
    );
  }

  /** A call of a function that gets a number and the address of one. */
  private call(): void {
    const name = this.function(
      'function',
      'r2',
      () => {
        this.put(
          `r1 = *(u64 *)(r10 ${GIVEN})`,
          `*(u64 *)(r1 + 0) = ${this.number()}`,
          'r0 = r7',
          'r0 ^= r8',
          'exit',
        );
      },
      ['r7 = r1'],
    );
    this.put(
      `r1 = ${this.number()}`,
      'r2 = r10',
      `r2 += ${this.random.pick(WORDS)}`,
      `call ${name}`,
      `${this.number()} += r0`,
    );
  }

  private tailCall(): void {
    this.put(`r1 = *(u64 *)(r10 ${GIVEN})`, `r2 = map[${JUMPS}] ll`);
    this.put(`r3 = ${this.random.below(JUMP_SLOTS + 1)}`, 'call tail_call', `${this.number()} += 9`);
  }

  /** Writes a function: numbers, `before`, statements, and an end that returns. Its name. */
  private function(
    place: Place,
    given: string,
    end: (label: string) => void,
    before: readonly string[],
    statements = 1 + this.random.below(3),
  ): string {
    this.names += 1;
    const name = `f${this.names}`;
    const at = this.lines.length;
    this.deep += 1;
    this.put(`${name}:`);
    const args = before.length;
    this.begin(given);
    this.lines.push(...before);
    this.statements(statements, place, args > 0 ? 1 : 0);
    end(this.label());
    this.deep -= 1;
    this.functions.push(this.lines.splice(at).join('\n'));
    return name;
  }
}

/** The low half of a register. */
function w(reg: string): string {
  return reg.replace('r', 'w');
}
