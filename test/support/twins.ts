// Two machines that are asked the same, one on each engine: what they answer, and all that can be seen of them, must be equal.
import { expect } from 'vitest';
import {
  createMachine,
  type Machine,
  type MachineOptions,
  type MachineSnapshot,
  type ProgAttr,
} from '../../vm/index.ts';
import type { MemoryState } from '../../vm/memory/linear.ts';

/** What a run may leave behind besides its answer. */
interface Seen {
  readonly faults: unknown[];
  readonly lines: unknown[];
  readonly effects: unknown[];
}

/** A machine that interprets, and one that compiles. */
export class Twins {
  private readonly machines: readonly { readonly machine: Machine; readonly seen: Seen }[];
  private readonly maps: number[] = [];

  constructor(options: Partial<MachineOptions> = {}) {
    this.machines = (['interp', 'jit'] as const).map((engine) => {
      const seen: Seen = { faults: [], lines: [], effects: [] };
      const machine = createMachine({
        cpus: 2,
        limitInsns: 100_000,
        onPrintk: (line) => seen.lines.push(line),
        onFault: (fault) => seen.faults.push(fault),
        onEffect: (effect) => seen.effects.push(effect),
        ...options,
        engine,
      });
      return { machine, seen };
    });
  }

  /** Asks both; what they answer. `what` stands in the message when they differ. */
  both<T>(ask: (machine: Machine) => T, what = ''): T {
    const [interp, jit] = this.machines.map(({ machine }) => ask(machine));
    expect(jit, what).toEqual(interp);
    expect(refusals(this.machines[1]!.machine), what).toEqual([]);
    return interp!;
  }

  /** A map: its fd. `line` is 'name type keySize valueSize maxEntries flags', the last 0 where it is left out. */
  map(line: string): number {
    const [name, type, key, value, entries, flags = '0'] = line.split(/\s+/);
    const sizes = { keySize: Number(key), valueSize: Number(value), maxEntries: Number(entries) };
    const spec = { name: name!, type: type!, ...sizes, flags: Number(flags) };
    const fd = this.both((machine) => machine.bpf.mapCreate(spec), line);
    this.maps.push(fd);
    return fd;
  }

  /** A program: its fd, or -errno. */
  prog(attr: ProgAttr): number {
    return this.both((machine) => machine.bpf.progLoad(attr));
  }

  /** Compares faults, lines, effects, counts, and all that lies in linear memory: maps, counters of programs and slots. */
  compare(what = ''): void {
    const [interp, jit] = this.machines.map(({ machine, seen }) => ({
      ...seen,
      insns: machine.insnsRun,
      unknown: machine.unknown(),
    }));
    expect(jit, what).toEqual(interp);
    const [first, second] = this.machines.map(({ machine }) => memoryOf(machine));
    if (first!.equals(second!)) return;
    expect(this.mapsOf(1), what).toEqual(this.mapsOf(0));
    const at = first!.findIndex((byte, i) => byte !== second![i]);
    expect.fail(`${what}: memory differs from byte ${at} of the heap on`);
  }

  private mapsOf(twin: 0 | 1): unknown[] {
    return this.maps.map((fd) => dump(this.machines[twin]!.machine, fd));
  }

  /** Faults of all runs. */
  get faults(): readonly unknown[] {
    return this.machines[0]!.seen.faults;
  }
}

function dump({ bpf }: Machine, fd: number): unknown[] {
  const entries: unknown[] = [];
  for (let key = bpf.mapNextKey(fd, undefined); typeof key !== 'number'; key = bpf.mapNextKey(fd, key))
    entries.push([key, bpf.mapLookup(fd, key)]);
  return entries;
}

/** Why programs are interpreted on the machine that compiles: nothing, unless the JIT has a bug. */
function refusals(machine: Machine): readonly string[] {
  const { runs } = machine as unknown as {
    runs: { cpu: { linker: { placed: ReadonlyMap<number, { readonly why: string | undefined }> } } };
  }; // as machine.ts makes it
  return [...runs.cpu.linker.placed.values()].flatMap(({ why }) => why ?? []);
}

function memoryOf(machine: Machine): Buffer {
  const { memory } = machine.snapshot() as MachineSnapshot & { readonly memory: MemoryState }; // as machine.ts makes it
  const { buffer, byteOffset, byteLength } = memory.bytes;
  return Buffer.from(buffer, byteOffset, byteLength);
}
