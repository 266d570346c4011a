// A map twice, in two memories that are the same byte for byte: one is reached through vm/maps, the other through the WebAssembly that the JIT writes for it.
import { CELLS } from '../../vm/jit/cells.ts';
import { ERRNO } from '../../vm/errno.ts';
import type { HelperName } from '../../vm/helpers/table.ts';
import { createMap } from '../../vm/maps/kinds.ts';
import type { KernelMap, MapContext } from '../../vm/maps/map.ts';
import { LinearMemory, addressOf } from '../../vm/memory/linear.ts';
import { RegionTable } from '../../vm/memory/regions.ts';
import type { MapSpec } from '../../vm/object.ts';
import { compileCall, type Known } from './inline-rig.ts';

/** Room for a key, and for a value, that no map owns. */
const ROOM = 4096;
const UNKNOWN_FLAGS = 0xffff_ffff;

/** Arguments as a program gives them: offsets in memory, numbers. */
export interface Args {
  readonly key: number;
  readonly value: number;
  readonly flags: bigint;
  /** Of map_lookup_percpu_elem. */
  readonly ofCpu: number;
}

export const HELPERS = [
  'map_lookup_elem',
  'map_update_elem',
  'map_delete_elem',
  'map_lookup_percpu_elem',
  'map_push_elem',
  'map_pop_elem',
  'map_peek_elem',
] as const satisfies readonly HelperName[];
export type TwinHelper = (typeof HELPERS)[number];

/** One of the two. */
class Twin {
  readonly memory = new LinearMemory();
  readonly map: KernelMap;
  readonly keyAt: number;
  readonly valueAt: number;
  private readonly cpus: number;

  constructor(spec: MapSpec, cpus: number, inner: readonly MapSpec[]) {
    this.cpus = cpus;
    const { memory } = this;
    this.keyAt = memory.alloc(ROOM);
    this.valueAt = memory.alloc(ROOM);
    const inners = inner.map((one, i) => made({ ...alone(memory, cpus), id: 2 + i }, one));
    const byId = (id: number): KernelMap | undefined => inners[id - 2];
    const context: MapContext = {
      ...alone(memory, cpus),
      maps: {
        mapByFd: (fd) => inners[fd] ?? -ERRNO.EBADF,
        mapById: byId,
        holdMap() {},
        dropMap() {},
      },
      inner: inners[0] ?? -ERRNO.EINVAL,
    };
    this.map = made(context, spec);
  }

  get cpu(): number {
    return this.memory.view.getUint32(CELLS.cpu, true);
  }

  set cpu(cpu: number) {
    this.memory.view.setUint32(CELLS.cpu, cpu, true);
  }

  /** What the helper in JavaScript does, from and to CELLS.regs. */
  run(helper: TwinHelper): void {
    const { map, memory } = this;
    const { view } = memory;
    const low = (reg: number): number => view.getUint32(CELLS.regs + 8 * reg, true);
    const flags = (reg: number): number =>
      view.getUint32(CELLS.regs + 8 * reg + 4, true) === 0 ? low(reg) : UNKNOWN_FLAGS;
    // The memory's views are others when the map has grown.
    const address = (at: number): void =>
      memory.view.setBigUint64(CELLS.regs, at === 0 ? 0n : addressOf(at), true);
    const int = (value: number): void => memory.view.setBigInt64(CELLS.regs, BigInt(value), true);
    const { u8 } = memory;
    if (helper === 'map_lookup_elem') address(map.lookup(u8, low(2), this.cpu));
    else if (helper === 'map_lookup_percpu_elem')
      address(low(3) < this.cpus ? map.lookup(u8, low(2), low(3)) : 0);
    else if (helper === 'map_update_elem') int(map.update(u8, low(2), u8, low(3), flags(4), this.cpu));
    else if (helper === 'map_delete_elem') int(map.remove(u8, low(2)));
    else if (helper === 'map_push_elem') int(map.values!.push(u8, low(2), flags(3)));
    else if (helper === 'map_pop_elem') int(map.values!.pop(u8, low(2)));
    else int(map.values!.peek(u8, low(2)));
  }

  setArgs(helper: TwinHelper, { key, value, flags, ofCpu }: Args): void {
    const keyed = [
      BigInt(this.map.at),
      BigInt(key),
      helper === 'map_lookup_percpu_elem' ? BigInt(ofCpu) : BigInt(value),
      flags,
    ];
    const keyless = [BigInt(this.map.at), BigInt(value), flags];
    const args = this.map.values === undefined ? keyed : keyless;
    args.forEach((arg, i) =>
      this.memory.view.setBigUint64(CELLS.regs + 8 * (i + 1), BigInt.asUintN(64, arg), true),
    );
  }

  get result(): bigint {
    return this.memory.view.getBigUint64(CELLS.regs, true);
  }

  /** Everything that lives on. */
  get heap(): Uint8Array {
    return this.memory.save().bytes;
  }
}

function nothing(): never {
  throw new Error('no programs, maps or files here');
}

/** What a map needs of a machine in which there is nothing else. */
function alone(memory: LinearMemory, cpus: number): MapContext {
  return {
    memory,
    cpus,
    id: 1,
    cells: new RegionTable(),
    progs: { byFd: nothing, byId: nothing, hold: nothing, drop: nothing, slotChanged: nothing },
    maps: { mapByFd: nothing, mapById: nothing, holdMap: nothing, dropMap: nothing },
    files: { fileByFd: nothing, fileById: nothing, holdFile: nothing, dropFile: nothing },
    inner: -ERRNO.EINVAL,
    released: nothing,
  };
}

function made(context: MapContext, spec: MapSpec): KernelMap {
  const map = createMap(context, spec);
  if (typeof map === 'number') throw new Error(`a ${spec.type} cannot be made: ${map}`);
  return map;
}

export interface TwinOptions {
  /** Of maps of maps: what they can hold, by fd from 0; the first is the one that is shown at creation. */
  readonly inner?: readonly MapSpec[];
  /** What is known when calls are compiled. */
  readonly known?: Known;
}

/** Both maps. */
export class MapTwins {
  /** What reaches the map through vm/maps only, and what through WebAssembly. */
  readonly plain: Twin;
  readonly fast: Twin;
  /** Helpers that the JIT leaves to JavaScript, and how often generated code handed a call over. */
  readonly left: TwinHelper[] = [];
  handed = 0;
  private readonly calls = new Map<TwinHelper, () => void>();

  constructor(
    spec: MapSpec,
    cpus: number,
    helpers: readonly TwinHelper[],
    { inner = [], known }: TwinOptions = {},
  ) {
    this.plain = new Twin(spec, cpus, inner);
    this.fast = new Twin(spec, cpus, inner);
    const { fast } = this;
    for (const helper of helpers) {
      const handOver = (): void => {
        this.handed += 1;
        fast.run(helper);
      };
      const call = compileCall(fast.memory, fast.map, helper, cpus, handOver, known);
      if (call === undefined) this.left.push(helper);
      else this.calls.set(helper, call);
    }
  }

  /** Both in the same way. */
  both(act: (twin: Twin) => void): void {
    act(this.plain);
    act(this.fast);
  }

  /** Calls a helper on both: what it answers in vm/maps, and in WebAssembly. */
  call(helper: TwinHelper, args: Args): { readonly plain: bigint; readonly fast: bigint } {
    this.both((twin) => twin.setArgs(helper, args));
    this.plain.run(helper);
    const call = this.calls.get(helper);
    if (call === undefined) this.fast.run(helper);
    else call();
    return { plain: this.plain.result, fast: this.fast.result };
  }
}
