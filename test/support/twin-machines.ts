// One object on two machines that differ in one thing: what can be seen of its runs on each, line by line, and all bytes that they leave in memory.
import {
  createMachine,
  LoadError,
  type BpfMap,
  type LoadedObject,
  type Machine,
  type MachineOptions,
  type ObjectSpec,
  type Prog,
  type TestRunInput,
  type TestRunResult,
} from '../../vm/index.ts';
import { HEAP_AT } from '../../vm/memory/linear.ts';
import { progTypeRow } from '../../vm/kernel/prog-types.ts';
import { randomFrame, randomSkbCtx, randomXdpCtx } from './random-frames.ts';
import { anyNumber } from './random-scalars.ts';
import { Random } from './seed.ts';

const CPUS = 2;
/** Machines are made anew after so many objects: an engine may keep what it compiled. */
const OBJECTS_EACH = 300;
/** Keys that each map is given before the first run: numbers from 0 on. */
const KEYS = 5;
/** Bytes of a ctx that is made of numbers. */
const CTX_BYTES = 168;
const ZEROES_MS = 1_000_000;

/** What the two differ in: options, and what is done around each run. */
export interface Side {
  readonly options?: Partial<MachineOptions>;
  /** Does something before `run` and after it. */
  readonly around?: (run: () => TestRunResult) => TestRunResult;
}

interface Twin {
  readonly machine: Machine;
  readonly side: Side;
  /** What was seen since it was emptied. */
  readonly lines: string[];
}

/** Puts objects to both. */
export class TwinMachines {
  private readonly sides: readonly [Side, Side];
  private readonly options: Partial<MachineOptions>;
  private twins: readonly [Twin, Twin];
  private objects = 0;
  /** Programs that the second machine ran, and those of them that it compiled. */
  progs = 0;
  compiled = 0;

  constructor(sides: readonly [Side, Side], options: Partial<MachineOptions> = {}) {
    this.sides = sides;
    this.options = options;
    this.twins = this.make();
  }

  private make(): readonly [Twin, Twin] {
    return [this.twin(this.sides[0]), this.twin(this.sides[1])];
  }

  private twin(side: Side): Twin {
    const lines: string[] = [];
    const machine = createMachine({
      cpus: CPUS,
      limitInsns: 20_000,
      onPrintk: ({ text, cpu, atNs }) => lines.push(`printk ${cpu} ${atNs} ${text}`),
      onFault: ({ prog, pc, code, message }) => lines.push(`fault ${prog} ${pc} ${code} ${message}`),
      onEffect: (effect) => lines.push(`effect ${words(effect)}`),
      ...this.options,
      ...side.options,
    });
    return { machine, side, lines };
  }

  /**
   * Loads an object on both and runs each of its programs `runs` times, on inputs from `seed`: the first thing in which they differ, undefined when there is none,
   * or 'refused' when it is not loaded.
   */
  difference(object: ObjectSpec, seed: number, runs: number): string | undefined {
    if (++this.objects % OBJECTS_EACH === 0) this.twins = this.make();
    const [a, b] = this.twins.map((twin) => work(twin, object, new Random(seed), runs)) as [Work, Work]; // two make two
    const found = differenceOf(a, b);
    this.progs += b.progs;
    this.compiled += b.compiled;
    if (found !== undefined && found !== 'refused') this.twins = this.make();
    return found;
  }
}

/** What one machine made of an object. */
interface Work {
  readonly lines: readonly string[];
  readonly memory: Uint8Array;
  readonly isRefused: boolean;
  readonly progs: number;
  readonly compiled: number;
}

function differenceOf(a: Work, b: Work): string | undefined {
  if (a.isRefused && b.isRefused) return 'refused';
  for (let i = 0; i < Math.max(a.lines.length, b.lines.length); i++) {
    if (a.lines[i] !== b.lines[i])
      return `${i}: ${a.lines[i]}\n${' '.repeat(String(i).length)}  ${b.lines[i]}`;
  }
  if (a.memory.length !== b.memory.length) return `memory of ${a.memory.length} and ${b.memory.length} bytes`;
  const at = a.memory.findIndex((byte, i) => byte !== b.memory[i]);
  return at < 0
    ? undefined
    : `memory at 0x${(HEAP_AT + at).toString(16)}: ${a.memory[at]} and ${b.memory[at]}`;
}

function work(twin: Twin, object: ObjectSpec, random: Random, runs: number): Work {
  const { machine, lines } = twin;
  lines.length = 0;
  let loaded: LoadedObject;
  try {
    loaded = machine.load(object);
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    return { lines: [error.message], memory: new Uint8Array(0), isRefused: true, progs: 0, compiled: 0 };
  }
  for (const map of loaded.maps) fill(map, loaded, random);
  for (let i = 0; i < runs; i++) {
    for (const prog of loaded.progs) runOnce(twin, prog, random);
    machine.advance((i + 1) * ZEROES_MS);
  }
  for (const map of loaded.maps) lines.push(...recordsOf(map));
  for (const { runs: times, insnsRun, faults } of loaded.progs)
    lines.push(`counters ${times} ${insnsRun} ${faults}`);
  for (const { what, count } of machine.unknown()) lines.push(`unknown ${what} ${count}`);
  const { memory, runs: state } = machine.snapshot() as unknown as Inside;
  lines.push(`state ${state.random} ${state.nowNs} ${state.insnsRun}`);
  const { progs } = loaded;
  const compiled = progs.filter((prog) => machine.engineOf(prog).engine === 'jit').length;
  const done = { lines: [...lines], memory: memory.bytes, isRefused: false, progs: progs.length, compiled };
  machine.unload(loaded);
  return done;
}

/** What a snapshot is, inside. */
interface Inside {
  readonly memory: { readonly bytes: Uint8Array };
  readonly runs: { readonly random: number; readonly nowNs: number; readonly insnsRun: number };
}

/** Values under the first keys; programs of the object in slots. What a map does not take is left. */
function fill(map: BpfMap, { progs }: LoadedObject, random: Random): void {
  const { spec } = map;
  if (spec.inner !== undefined) return;
  for (let key = 0; key < KEYS; key++) {
    const keyBytes = new Uint8Array(spec.keySize);
    if (spec.keySize > 0) keyBytes[0] = key;
    const cpus = spec.type.includes('percpu') ? CPUS : 1;
    const value = new Uint8Array(cpus > 1 ? cpus * 8 * Math.ceil(spec.valueSize / 8) : spec.valueSize);
    fillRandom(value, random);
    if (spec.type === 'prog_array') {
      new DataView(value.buffer).setInt32(0, random.pick(progs).fd, true);
    }
    if (random.below(5) > 0) map.update(keyBytes, value, 0);
  }
}

function fillRandom(bytes: Uint8Array, random: Random): void {
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (; at + 8 <= bytes.length; at += 8) view.setBigUint64(at, anyNumber(random), true);
  for (; at < bytes.length; at++) bytes[at] = random.u32();
}

function runOnce({ machine, side, lines }: Twin, prog: Prog, random: Random): void {
  const around = side.around ?? ((run) => run());
  for (const input of inputsFor(prog.spec.type, random)) {
    const result = around(() => machine.testRun(prog, input));
    const { errno, retval, insns, fault, data, ctx } = result;
    if (errno !== 0 && input.ctx !== undefined) continue; // such a ctx is not taken
    const ending = fault === undefined ? '' : `${fault.prog} ${fault.pc} ${fault.code}`;
    lines.push(`run ${errno} ${retval} ${insns} ${ending} ${hex(data)} ${hex(ctx)}`);
    return;
  }
}

/** Inputs to try one after the other, until one is taken. */
function inputsFor(type: string, random: Random): TestRunInput[] {
  const cpu = random.below(CPUS);
  const kind = progTypeRow(type)?.testRun;
  if (kind === 'skb' || kind === 'xdp') {
    const data = randomFrame(random);
    const ctx = kind === 'skb' ? randomSkbCtx(random, data.length) : randomXdpCtx(random, data.length);
    return [
      { data, ctx, cpu },
      { data, cpu },
    ];
  }
  const ctx = new Uint8Array(kind === 'args' ? 96 : CTX_BYTES);
  fillRandom(ctx, random);
  return [
    { ctx, cpu },
    { ctx: ctx.slice(0, 64), cpu },
  ];
}

function recordsOf(map: BpfMap): string[] {
  const lines: string[] = [];
  if (map.spec.type === 'ringbuf' || map.spec.type === 'perf_event_array') {
    map.consume((record) => lines.push(`record ${map.spec.name} ${words(record)}`));
    lines.push(`dropped ${map.dropped}`);
  }
  return lines;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function words(value: object): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'bigint') return `${part}n`;
    return part instanceof Uint8Array ? hex(part) : part;
  });
}
