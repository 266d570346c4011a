// Loads an object the way a loader does through bpf(2): creates the maps, puts their fds into the insns, loads the programs, fills the slots.
import type { Bpf, BpfMap, LoadedObject, MapBatch, Prog, ProgArrayStats } from './api.ts';
import { ERRNO, errnoText } from './errno.ts';
import { readSlot, writeSlot } from './isa/insn.ts';
import { WIDES } from './isa/opcodes.ts';
import { OPS } from './isa/ops.ts';
import type { Link } from './kernel/attachments.ts';
import type { ObjectTable } from './kernel/objects.ts';
import { loadProg, type VerifierSwitch } from './kernel/prog-load.ts';
import { counter, type CounterName, type KernelProg } from './kernel/prog.ts';
import { LoadError } from './load-error.ts';
import { openPerfBuffers, withBufferSize } from './loader-buffers.ts';
import { fillInner, fillMap, fillSlot } from './loader-slots.ts';
import { checkMapSpec } from './maps/kinds.ts';
import type { KernelMap } from './maps/map.ts';
import { isProgArray } from './maps/prog-array.ts';
import type { LinearMemory } from './memory/linear.ts';
import type { MapSpec, ObjectSpec, ProgSpec } from './object.ts';
import { targetOf } from './verifier/input-of.ts';

/** Makes LoadedObjects for one machine. */
export class ObjectLoader {
  private readonly bpf: Bpf;
  private readonly objects: ObjectTable;
  private readonly memory: LinearMemory;
  private readonly cpus: number;
  private readonly verifier: VerifierSwitch;
  private readonly linksOf: (prog: KernelProg) => readonly Link[];
  /** What handles stand for. Neither fd nor id would do: a machine that is restored to an earlier state gives both again. */
  private readonly progs = new WeakMap<Prog, KernelProg>();
  private readonly maps = new WeakMap<BpfMap, KernelMap>();
  private readonly specs = new WeakMap<KernelProg, ProgSpec>();

  constructor(
    bpf: Bpf,
    objects: ObjectTable,
    memory: LinearMemory,
    linksOf: (prog: KernelProg) => readonly Link[],
    cpus: number,
    verifier: VerifierSwitch,
  ) {
    this.bpf = bpf;
    this.objects = objects;
    this.memory = memory;
    this.linksOf = linksOf;
    this.cpus = cpus;
    this.verifier = verifier;
  }

  /** Throws LoadError; what was created until then is closed again. */
  load(spec: ObjectSpec): LoadedObject {
    const fds: number[] = [];
    try {
      const maps = spec.maps.map((map) => this.createMap(map, fds));
      const byName = new Map(maps.map((map) => [map.spec.name, map]));
      for (const slot of spec.inners ?? []) fillInner(slot, byName);
      const progs = spec.progs.map((prog) => this.loadProg(prog, spec, byName, fds));
      for (const slot of spec.slots) fillSlot(slot, byName, progs);
      return { spec, progs, maps, progArray: (map) => this.stats(map) };
    } catch (error) {
      for (const fd of fds) this.bpf.close(fd);
      throw error;
    }
  }

  /** Closes the fds of an object, as far as they still are its own. */
  unload({ progs, maps }: LoadedObject): void {
    for (const prog of progs) if (this.kernelProg(prog) !== undefined) this.bpf.close(prog.fd);
    for (const map of maps) if (this.objects.names(map.fd, this.maps.get(map))) this.bpf.close(map.fd);
  }

  /** The program behind a Prog, while its object holds it. */
  kernelProg(prog: Prog): KernelProg | undefined {
    const kernelProg = this.progs.get(prog);
    return this.objects.names(prog.fd, kernelProg) ? kernelProg : undefined;
  }

  /** What a loaded program was made of, by its id; undefined where no object has it. */
  specOf(id: number): ProgSpec | undefined {
    const prog = this.objects.byId(id);
    return prog === undefined ? undefined : this.specs.get(prog);
  }

  private createMap(asked: MapSpec, fds: number[]): BpfMap {
    const spec = withBufferSize(asked, this.cpus);
    const refusal = checkMapSpec(spec);
    if (refusal !== undefined) throw new LoadError('map', spec.name, refusal.reason, refusal);
    const fd = this.bpf.mapCreate(spec);
    if (fd < 0) {
      const lacksInner = spec.inner === undefined && isMapOfMaps(spec.type);
      const rule =
        fd === -ERRNO.ENOMEM
          ? `no room for ${spec.maxEntries} entries`
          : `it cannot be created${lacksInner ? ' without an inner map that says what its maps are like' : ''}`;
      const reason = `${rule}: ${errnoText(fd)}`;
      throw new LoadError('map', spec.name, reason, { errno: fd });
    }
    fds.push(fd);
    if (spec.type === 'perf_event_array') openPerfBuffers(this.bpf, fd, spec, this.cpus);
    const map = this.userMap(fd, this.mapOfFd(fd));
    fillMap(map);
    return map;
  }

  private mapOfFd(fd: number): KernelMap {
    const target = this.objects.target(fd);
    if (target?.kind !== 'map') throw new RangeError(`fd ${fd} is no map`);
    return target.map;
  }

  private userMap(fd: number, map: KernelMap): BpfMap {
    const { bpf, objects } = this;
    // The fd may name another map by now: that of an object loaded after this one was unloaded.
    const asked = <T>(answer: () => T): T | number => (objects.names(fd, map) ? answer() : -ERRNO.EBADF);
    const batch = (answer: () => MapBatch): MapBatch =>
      objects.names(fd, map) ? answer() : { errno: -ERRNO.EBADF, count: 0, entries: [], next: undefined };
    const handle: BpfMap = {
      id: map.id,
      fd,
      spec: map.spec,
      get entries() {
        return objects.names(fd, map) ? map.entries : 0;
      },
      lookup: (key, flags) => asked(() => bpf.mapLookup(fd, key, flags)),
      lookupAndDelete: (key, flags) => asked(() => bpf.mapLookupAndDelete(fd, key, flags)),
      lookupBatch: (from, count, flags) => batch(() => bpf.mapLookupBatch(fd, from, count, flags)),
      lookupAndDeleteBatch: (from, count, flags) =>
        batch(() => bpf.mapLookupAndDeleteBatch(fd, from, count, flags)),
      updateBatch: (entries, flags) => batch(() => bpf.mapUpdateBatch(fd, entries, flags)),
      deleteBatch: (keys, flags) => batch(() => bpf.mapDeleteBatch(fd, keys, flags)),
      update: (key, value, flags) => asked(() => bpf.mapUpdate(fd, key, value, flags)),
      delete: (key) => asked(() => bpf.mapDelete(fd, key)),
      nextKey: (key) => asked(() => bpf.mapNextKey(fd, key)),
      freeze: () => asked(() => bpf.mapFreeze(fd)),
      consume: (visit) => asked(() => bpf.mapConsume(fd, visit)),
      get dropped() {
        return objects.names(fd, map) ? (map.records?.dropped ?? 0) : 0;
      },
    };
    this.maps.set(handle, map);
    return handle;
  }

  private loadProg(
    spec: ProgSpec,
    object: ObjectSpec,
    maps: ReadonlyMap<string, BpfMap>,
    fds: number[],
  ): Prog {
    const fd = this.openProg(spec, object, maps);
    fds.push(fd);
    const prog = this.objects.byFd(fd) as KernelProg; // loadProg has just opened it
    const { objects, memory, linksOf } = this;
    const read = (what: CounterName): number => (objects.isLoaded(prog) ? counter(memory, prog, what) : 0);
    const handle: Prog = {
      id: prog.id,
      fd,
      spec,
      get attached() {
        return linksOf(prog).flatMap(({ names }) => names);
      },
      get idle() {
        const links = linksOf(prog);
        return links.every(({ idle }) => idle !== undefined) ? links[0]?.idle : undefined;
      },
      get runs() {
        return read('runs');
      },
      get insnsRun() {
        return read('insns');
      },
      get faults() {
        return read('faults');
      },
    };
    this.progs.set(handle, prog);
    this.specs.set(prog, spec);
    return handle;
  }

  /** Loads a program: its fd. A LoadError about an insn gets the line of the source. */
  private openProg(
    spec: ProgSpec,
    { license, types }: ObjectSpec,
    maps: ReadonlyMap<string, BpfMap>,
  ): number {
    const {
      name,
      type,
      lines,
      flags = 0,
      attachType = 0,
      objects = [],
      funcs = [],
      sourceLines = [],
      poisoned = [],
    } = spec;
    const target = targetOf(spec.section);
    const about = {
      name,
      type,
      license,
      flags,
      expectedAttachType: attachType,
      objects,
      funcs,
      sourceLines,
      poisoned,
    };
    const attr = {
      ...about,
      ...(target === undefined ? {} : { target }),
      ...(types === undefined ? {} : { types }),
    };
    try {
      return loadProg({ ...attr, insns: relocate(spec, maps) }, this.objects, this.memory, this.verifier);
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      const { code, subject, reason, errno, pc, refused } = error;
      throw new LoadError(code, subject, reason, { errno, pc, line: lines[pc] ?? 0, refused });
    }
  }

  private stats(map: BpfMap): ProgArrayStats {
    const kernelMap = this.maps.get(map);
    if (kernelMap === undefined || this.objects.mapById(map.id) !== kernelMap) {
      throw new TypeError(`map ${map.spec.name} is not loaded any more`);
    }
    if (!isProgArray(kernelMap)) {
      throw new TypeError(`${map.spec.name} is a ${map.spec.type} and has no tail calls`);
    }
    const { hits, empty, outOfRange, limit, slots, depth } = kernelMap.counts();
    return {
      hits,
      misses: { empty, outOfRange, limit },
      slots: slots.map((slot) => ({
        index: slot.index,
        prog: this.objects.byId(slot.progId)?.name,
        hits: slot.hits,
        empty: slot.empty,
      })),
      depth,
    };
  }
}

/** The insns with fds where the relocs name maps. Throws LoadError for a map or a pc that is not there. */
function relocate({ name, insns, relocs }: ProgSpec, maps: ReadonlyMap<string, BpfMap>): Uint8Array {
  const bytes = insns.slice();
  for (const { pc, map, valueOff } of relocs) {
    const target = maps.get(map);
    if (target === undefined) throw new LoadError('reloc', name, `there is no map ${map}`, { pc });
    if ((pc + 2) * 8 > bytes.length || pc < 0 || bytes[8 * pc] !== OPS.ld_map_fd.opcode) {
      throw new LoadError('reloc', name, `there is no wide insn for map ${map}`, { pc });
    }
    const src = valueOff === undefined ? WIDES.map_fd.src : WIDES.map_value.src;
    writeSlot(bytes, pc, { ...readSlot(bytes, pc), src, imm: target.fd });
    writeSlot(bytes, pc + 1, { ...readSlot(bytes, pc + 1), imm: valueOff ?? 0 });
  }
  return bytes;
}

function isMapOfMaps(type: string): boolean {
  return type === 'array_of_maps' || type === 'hash_of_maps';
}
