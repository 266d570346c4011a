// Programs made of calls: helpers and kernel functions with arguments that fit, for the most part, and of any sense otherwise.
import { ARG_TYPES, type ArgKind, type ArgName, type HelperArg } from '../../vm/helpers/args.ts';
import { kfuncRun } from '../../vm/helpers/kfunc-run.ts';
import type { CallRow } from '../../vm/helpers/args.ts';
import { KFUNCS, kfuncRow, type KfuncName } from '../../vm/helpers/kfuncs.ts';
import { isImplemented } from '../../vm/helpers/run.ts';
import { HELPERS, helperRow, type HelperName } from '../../vm/helpers/table.ts';
import { encodeInsn, makeInsn, type Insn } from '../../vm/isa/insn.ts';
import type { ValueField } from '../../vm/object.ts';
import type { Random } from './seed.ts';

const HELPER_NAMES = (Object.keys(HELPERS) as HelperName[]).filter(
  (name) => isImplemented(name) && name !== 'tail_call',
);
const KFUNC_NAMES = (Object.keys(KFUNCS) as KfuncName[]).filter((name) => kfuncRun(name) !== undefined);
const CALLS = 8;

/** Fields of values that calls are given, and where. */
export const CALL_FIELDS: readonly ValueField[] = [
  { kind: 'spin_lock', off: 0 },
  { kind: 'timer', off: 8 },
  { kind: 'workqueue', off: 24 },
  { kind: 'kptr', off: 40, target: 'task_struct' },
];
const FIELD_OF: Readonly<Partial<Record<ArgKind, number>>> = {
  spin_lock: 0,
  timer: 8,
  workqueue: 24,
  kptr_slot: 40,
};

/** A map that programs are given. */
export interface CallMap {
  readonly type: string;
  readonly fd: number;
  readonly hasFields: boolean;
}

/** A random program of `type`. */
export function randomCalls(random: Random, maps: readonly CallMap[], type: string): Uint8Array {
  return new CallWriter(random, maps, type).bytes();
}

/** Where a program keeps what it passes on: a map, a value of it, its ctx; then buffers. */
const SAVED = { map: -8, value: -16, ctx: -24 };
const BUFFERS = [-32, -48, -64, -96, -128, -256, -512];

class CallWriter {
  private readonly random: Random;
  private readonly maps: readonly CallMap[];
  private readonly type: string;
  private readonly insns: Insn[] = [];
  /** Insns whose immediate becomes the distance to the function behind the program. */
  private readonly callbacks: number[] = [];

  constructor(random: Random, maps: readonly CallMap[], type: string) {
    this.random = random;
    this.maps = maps.filter((map) => mayUse(type, map));
    this.type = type;
  }

  bytes(): Uint8Array {
    this.put('stx_u64', { dst: 10, src: 1, off: SAVED.ctx });
    this.put('mov64_reg', { dst: 6, src: 1 });
    for (let i = 0; i < CALLS; i++) this.call();
    this.put('exit', {});
    const callback = this.insns.length;
    this.callback();
    return this.encode(callback);
  }

  private put(name: Insn['op']['name'], fields: Partial<Omit<Insn, 'op'>>): void {
    this.insns.push(makeInsn(name, fields));
  }

  /** Keeps a map, and the value of a small key of it. Most programs hide from the loader which map it is. */
  private saveMap({ fd }: CallMap): void {
    const { random } = this;
    this.put('ld_map_fd', { dst: 1, imm: fd });
    this.put('stx_u64', { dst: 10, src: 1, off: SAVED.map });
    this.put('ldx_u64', { dst: 1, src: 10, off: SAVED.map });
    this.put('st_u64', { dst: 10, off: -40, imm: random.pick([0, 1, 1, 1, 2, 3]) });
    this.put('mov64_reg', { dst: 2, src: 10 });
    this.put('add64_imm', { dst: 2, imm: -40 });
    this.put('call_helper', { imm: HELPERS.map_lookup_elem.id });
    this.put('stx_u64', { dst: 10, src: 0, off: SAVED.value });
  }

  /** True for calls that programs of the type may make. */
  private fits({ progTypes, mightSleep }: CallRow): boolean {
    const { type } = this;
    return (progTypes?.some((name) => name === type) ?? true) && (mightSleep !== true || type === 'syscall');
  }

  /** A helper or a kernel function that the program type has. */
  private call(): void {
    const { random } = this;
    const isKfunc = random.below(3) === 0;
    const kfunc = random.pick(KFUNC_NAMES.filter((name) => this.fits(kfuncRow(name)!)));
    const helper = random.pick(HELPER_NAMES.filter((name) => this.fits(helperRow(name))));
    const { args = [] } = isKfunc ? kfuncRow(kfunc)! : helperRow(helper);
    const maps = isKfunc ? undefined : helperRow(helper).maps;
    const kinds = args.map(kindOf);
    const wantsField = kinds.some((kind) => FIELD_OF[kind] !== undefined);
    const suitable = this.maps.filter(
      ({ type, hasFields }) => (maps?.some((name) => name === type) ?? true) && hasFields === wantsField,
    );
    const map = random.pick(suitable.length === 0 || random.below(8) === 0 ? this.maps : suitable);
    if (kinds.includes('map') || wantsField || random.below(4) === 0) this.saveMap(map);
    for (let reg = 1; reg <= 5; reg++)
      this.argument(reg, random.below(12) === 0 ? undefined : kinds[reg - 1]);
    if (isKfunc) this.put('call_kfunc', { imm: KFUNCS[kfunc].id });
    else this.put('call_helper', { imm: HELPERS[helper].id });
    if (random.below(3) === 0)
      this.put('stx_u64', { dst: 10, src: 0, off: random.pick([SAVED.value, ...BUFFERS]) });
  }

  /** Puts something into a register: what fits the kind, anything where there is none. */
  private argument(reg: number, kind: ArgKind | undefined): void {
    const { random } = this;
    const saved = (off: number): void => this.put('ldx_u64', { dst: reg, src: 10, off });
    if (kind === undefined) {
      const choices = [
        () => saved(random.pick([SAVED.map, SAVED.value, SAVED.ctx])),
        () => saved(random.pick(BUFFERS)),
        () => this.put('mov64_imm', { dst: reg, imm: random.u32() }),
        () => this.small(reg),
        () => this.buffer(reg),
      ];
      return random.pick(choices)();
    }
    const field = FIELD_OF[kind];
    if (field !== undefined) {
      saved(SAVED.value);
      this.put('add64_imm', { dst: reg, imm: field });
      return;
    }
    switch (kind) {
      case 'map':
        return saved(SAVED.map);
      case 'ctx':
        return saved(SAVED.ctx);
      case 'map_value':
        return random.below(2) === 0 ? saved(SAVED.value) : this.buffer(reg);
      case 'func':
        this.callbacks.push(this.insns.length);
        return this.put('ld_func', { dst: reg });
      case 'anything':
      case 'scalar':
      case 'const_scalar':
      case 'size':
      case 'alloc_size':
      case 'ignored':
        return this.small(reg);
      case 'ringbuf_mem':
      case 'btf_id':
      case 'object':
        return saved(random.pick([SAVED.value, ...BUFFERS]));
      default:
        return this.buffer(reg);
    }
  }

  private small(reg: number): void {
    this.put('mov64_imm', { dst: reg, imm: this.random.pick([0, 0, 0, 1, 2, 4, 8, 8, 16, 32, -1]) });
  }

  private buffer(reg: number): void {
    this.put('mov64_reg', { dst: reg, src: 10 });
    this.put('add64_imm', { dst: reg, imm: this.random.pick(BUFFERS) });
  }

  /** A function that helpers may call: writes where it is told to, calls something, returns a small number. */
  private callback(): void {
    const { random } = this;
    this.put('mov64_reg', { dst: 6, src: random.pick([1, 2, 3, 4]) });
    this.put('ldx_u64', { dst: 7, src: 6, off: 0 });
    if (random.below(3) === 0) this.put('stx_u32', { dst: 6, src: 7, off: random.below(2) * 4 });
    if (random.below(2) === 0) this.put('call_helper', { imm: HELPERS[random.pick(HELPER_NAMES)].id });
    this.put('mov64_imm', { dst: 0, imm: random.below(4) === 0 ? 1 : 0 });
    this.put('exit', {});
  }

  private encode(callback: number): Uint8Array {
    const pcs: number[] = [];
    let pc = 0;
    for (const { op } of this.insns) {
      pcs.push(pc);
      pc += op.slots;
    }
    const bytes = new Uint8Array(8 * pc);
    this.insns.forEach((insn, i) => {
      const imm = this.callbacks.includes(i) ? pcs[callback]! - pcs[i]! - 1 : insn.imm;
      encodeInsn(bytes, pcs[i]!, { ...insn, imm });
    });
    return this.callbacks.length > 0 ? bytes : bytes.subarray(0, 8 * pcs[callback]!);
  }
}

/** The kind of an argument, whatever narrows it. */
function kindOf(arg: HelperArg): ArgKind {
  return ARG_TYPES[arg.split(':')[0] as ArgName].kind; // what stands before a colon is a word of the vocabulary
}

/** Types whose programs may lock and start timers in map values. */
const FIELD_TYPES: ReadonlySet<string> = new Set(['sched_cls', 'xdp', 'tracing', 'syscall']);
const NOT_SLEEPABLE = /array$|bloom|stack_trace|trie|map/;

/** True for maps that programs of a type may use; a prog_array belongs to programs of one type. */
function mayUse(type: string, map: CallMap): boolean {
  if (map.hasFields) return FIELD_TYPES.has(type);
  if (map.type === 'prog_array') return type === 'sched_cls';
  return type !== 'syscall' || map.type.startsWith('array') || !NOT_SLEEPABLE.test(map.type);
}
