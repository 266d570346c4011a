// Operations on maps, put to this machine's kernel (map-oracle.c, whose head comment is the manual) and to a machine: the same lines, the same answers.
// Ask hasTool('kernel') first.
import { expect } from 'vitest';
import {
  assembleProg,
  createMachine,
  type Machine,
  type MapBatch,
  type MapSpec,
  type ValueField,
  type ValueFieldKind,
} from '../../vm/index.ts';
import { MAP_TYPES, type MapTypeName } from '../../vm/maps/types.ts';
import { runTool } from './c-tool.ts';
import { bytesOf } from './case-file.ts';
import { TEST_ENGINE } from './engine.ts';

/** What the kernel answers, a line each; the first line is of `cpus`. */
export function askKernelMaps(lines: readonly string[]): string[] {
  return runTool('map-oracle', ['cpus', 'pin 0', ...lines, ''].join('\n'))
    .trimEnd()
    .split('\n');
}

/** What a machine of so many CPUs answers. */
export function askMachineMaps(lines: readonly string[], cpus: number): string[] {
  const runner = new MapRunner(cpus);
  return lines.map((line) => runner.answer(line));
}

/** Puts the lines to both, and expects the same answers. */
export function expectSameMaps(lines: readonly string[]): void {
  const [cpus, , ...kernel] = askKernelMaps(lines);
  const machine = askMachineMaps(lines, Number(cpus!.split(' ')[1]));
  // Up to the first that differs: what comes after it says nothing.
  const first = kernel.findIndex((answer, i) => answer !== machine[i]);
  const told = (answers: readonly string[]): string[] =>
    lines.slice(0, first + 1).map((line, i) => `${line} -> ${answers[i]}`);
  expect(told(machine)).toEqual(told(kernel));
  expect(machine).toHaveLength(kernel.length);
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** The line that creates a map. `inner` is the number of a map. */
export function mapLine(
  type: MapTypeName,
  sizes: readonly [key: number, value: number, entries: number],
  flags = 0,
  inner = -1,
  fields: readonly ValueField[] = [],
): string {
  const marks = fields.map(({ kind, off }) => `${kind}@${off}`);
  return ['map', MAP_TYPES[type].number, ...sizes, flags, inner, ...marks].join(' ');
}

/** What a test does to a map from programs: lines for each operation. */
export interface ProgSide {
  /** Lines that make the control map and the programs; before them `map` must have been made. */
  readonly setup: readonly string[];
  lookup(key: string, cpu?: number): string[];
  update(key: string, value: string, flags: number, cpu?: number): string[];
  remove(key: string, cpu?: number): string[];
}

const SOCKET_FILTER = 1;

/**
 * Programs that do the operations on map number `map`, with key and value from a control map, which is to get the number `control`; `prog` is the
 * number of the first program. Sizes in bytes, the value's a multiple of 8. A program answers what the helper does, a look-up 1 when there is a value.
 */
export function progSide(
  map: number,
  control: number,
  prog: number,
  keySize: number,
  valueSize: number,
): ProgSide {
  const valueOff = Math.ceil(keySize / 8) * 8;
  const flagsOff = valueOff + valueSize;
  const size = flagsOff + 8;
  const head = `*(u32 *)(r10 - 4) = 0\nr1 = map[c] ll\nr2 = r10\nr2 += -4\ncall map_lookup_elem\nif r0 == 0 goto out\nr6 = r0
    r1 = map[m] ll\nr2 = r6`;
  const copies = Array.from(
    { length: valueSize / 8 },
    (_, i) => `r1 = *(u64 *)(r0 + ${8 * i})\n*(u64 *)(r6 + ${valueOff + 8 * i}) = r1`,
  );
  const bodies = [
    `call map_lookup_elem\nif r0 == 0 goto out\n${copies.join('\n')}\nr0 = 1`,
    `r3 = r6\nr3 += ${valueOff}\nr4 = *(u64 *)(r6 + ${flagsOff})\ncall map_update_elem`,
    'call map_delete_elem',
  ];
  const progs = bodies.map((body) => {
    const { insns } = assembleProg(`${head}\n${body}\nout:\nexit`, ['m', 'c']);
    const view = new DataView(insns.buffer, insns.byteOffset);
    for (let at = 0; at < insns.length; at += 8) {
      if (insns[at] !== 0x18) continue;
      view.setInt32(at + 4, view.getInt32(at + 4, true) === 0 ? map : control, true);
      at += 8;
    }
    return `prog ${SOCKET_FILTER} ${hexOf(insns)}`;
  });
  const call = (number: number, cpu: number | undefined, key: string, value = '', flags = 0): string[] => {
    const bytes = new Uint8Array(size);
    bytes.set(bytesOf(key));
    bytes.set(bytesOf(value), valueOff);
    new DataView(bytes.buffer).setUint32(flagsOff, flags, true);
    return [
      `update ${control} 00000000 ${hexOf(bytes)} 0`,
      `run ${prog + number} ${cpu ?? 0}`,
      `lookup ${control} 00000000 0`,
    ];
  };
  return {
    setup: [mapLine('array', [4, size, 1]), ...progs],
    lookup: (key, cpu) => call(0, cpu, key),
    update: (key, value, flags, cpu) => call(1, cpu, key, value, flags),
    remove: (key, cpu) => call(2, cpu, key),
  };
}

const MAP_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(MAP_TYPES).map(([name, { number }]) => [number, name]),
);

interface OracleMap {
  readonly fd: number;
  readonly id: number;
  readonly spec: MapSpec;
  token: Uint8Array | undefined;
}

/** The machine's side of the lines. */
export class MapRunner {
  readonly machine: Machine;
  private readonly cpus: number;
  private readonly maps: OracleMap[] = [];
  private readonly progs: number[] = [];
  private lastId = 0;

  constructor(cpus: number) {
    this.cpus = cpus;
    this.machine = createMachine({
      engine: TEST_ENGINE,
      cpus,
      limitInsns: 1_000_000,
      onPrintk: () => {},
      onFault: () => {},
    });
  }

  /** Takes every thing out of the machine and puts it back before each line, so that all of it must be in a snapshot. */
  answer(line: string): string {
    this.machine.restore(this.machine.snapshot());
    const [command, ...words] = line.split(' ');
    const answer = this.run(command!, words);
    return typeof answer === 'number' ? String(Math.abs(answer)) : answer;
  }

  private run(command: string, words: readonly string[]): number | string {
    const { bpf } = this.machine;
    const map = (): OracleMap => this.maps[Number(words[0])]!;
    switch (command) {
      case 'map':
        return this.create(words.map(String));
      case 'lookup':
        return this.shown(map(), bpf.mapLookup(map().fd, this.keyOf(words[1]!), Number(words[2])));
      case 'take':
        return this.shown(map(), bpf.mapLookupAndDelete(map().fd, this.keyOf(words[1]!), Number(words[2])));
      case 'update':
        return bpf.mapUpdate(
          map().fd,
          this.keyOf(words[1]!),
          this.valueOf(map(), words[2]!),
          Number(words[3]),
        );
      case 'delete':
        return bpf.mapDelete(map().fd, this.keyOf(words[1]!));
      case 'next': {
        const key = bpf.mapNextKey(map().fd, words[1] === '-' ? undefined : bytesOf(words[1]!));
        return typeof key === 'number' ? key : `0 ${hexOf(key)}`;
      }
      case 'lookupbatch':
      case 'takebatch': {
        const from = words[1] === 'more' ? map().token : undefined;
        const args = [map().fd, from, Number(words[2]), Number(words[3])] as const;
        const isTaking = command === 'takebatch';
        return this.batch(
          map(),
          isTaking ? bpf.mapLookupAndDeleteBatch(...args) : bpf.mapLookupBatch(...args),
        );
      }
      case 'updatebatch': {
        const pairs = words.slice(2).map((word) => {
          const [key, value] = word.split('=', 2);
          return [bytesOf(key!), this.valueOf(map(), value!)] as const;
        });
        const { errno, count } = bpf.mapUpdateBatch(map().fd, pairs, Number(words[1]));
        return `${Math.abs(errno)} ${count}`;
      }
      case 'deletebatch': {
        const { errno, count } = bpf.mapDeleteBatch(map().fd, words.slice(2).map(bytesOf), Number(words[1]));
        return `${Math.abs(errno)} ${count}`;
      }
      case 'freeze':
        return bpf.mapFreeze(map().fd);
      case 'close':
        return bpf.close(map().fd);
      case 'prog':
        return this.load(bytesOf(words[1]!));
      case 'run': {
        const { errno, retval, fault } = this.machine.testRun(this.progs[Number(words[0])]!, {
          data: new Uint8Array(64),
          cpu: Number(words[1]),
        });
        if (fault !== undefined) return `fault ${fault.message}`;
        return errno === 0 ? `0 ${retval}` : errno;
      }
      default:
        throw new Error(`no command ${command}`);
    }
  }

  private create([type, key, value, entries, flags, inner, ...marks]: readonly string[]): number {
    const fields = marks.map((mark) => {
      const [kind, off] = mark.split('@', 2);
      return { kind: kind as ValueFieldKind, off: Number(off) }; // a line of the test's own
    });
    const spec = {
      name: 'm',
      type: MAP_NAMES.get(Number(type)) ?? `type ${type}`,
      keySize: Number(key),
      valueSize: Number(value),
      maxEntries: Number(entries),
      flags: Number(flags),
      ...(fields.length === 0 ? {} : { fields }),
    };
    const shown = Number(inner) < 0 ? [] : [this.maps[Number(inner)]!.fd];
    const fd = this.machine.bpf.mapCreate(spec, ...shown);
    if (fd >= 0) this.lastId += 1;
    this.maps.push({ fd, id: fd < 0 ? -1 : this.lastId, spec, token: undefined });
    return fd < 0 ? fd : 0;
  }

  private load(insns: Uint8Array): number {
    const view = new DataView(insns.buffer, insns.byteOffset);
    for (let at = 0; at < insns.length; at += 8) {
      if (insns[at] !== 0x18) continue;
      view.setInt32(at + 4, this.maps[view.getInt32(at + 4, true)]!.fd, true);
      at += 8;
    }
    const fd = this.machine.bpf.progLoad({ name: 'p', type: 'socket_filter', insns, license: 'GPL' });
    this.progs.push(fd);
    return Math.min(0, fd);
  }

  private keyOf(word: string): Uint8Array {
    return word === '-' ? new Uint8Array(0) : bytesOf(word);
  }

  /** Padded, as the tool reads it from zeroed memory. */
  private valueOf({ spec }: OracleMap, word: string): Uint8Array {
    if (spec.type.endsWith('_of_maps'))
      return new Uint8Array(Int32Array.of(this.maps[Number(word)]!.fd).buffer);
    const isPercpu = spec.type.includes('percpu');
    const value = new Uint8Array(isPercpu ? Math.ceil(spec.valueSize / 8) * 8 * this.cpus : spec.valueSize);
    if (word !== '-') value.set(bytesOf(word));
    return value;
  }

  private shown(map: OracleMap, value: Uint8Array | number): string | number {
    return typeof value === 'number' ? value : `0 ${this.wordOf(map, value)}`;
  }

  private wordOf({ spec }: OracleMap, value: Uint8Array): string {
    if (!spec.type.endsWith('_of_maps')) return hexOf(value);
    const id = new DataView(value.buffer).getUint32(0, true);
    const number = this.maps.findIndex((map) => map.id === id);
    return hexOf(new Uint8Array(Int32Array.of(number).buffer));
  }

  private batch(map: OracleMap, { errno, entries, next }: MapBatch): string {
    map.token = next;
    const words = entries.map(([key, value]) => `${hexOf(key)}=${this.wordOf(map, value)}`);
    const isTold = errno === 0 || errno === -2;
    return [Math.abs(errno), ...(isTold ? words : [])].join(' ');
  }
}
