// The maps and programs of a machine, who holds them, and the fds that name them.
//
//   fd ---> map: users + refs          a map lives while refs > 0; a prog_array is emptied when users (fds) reach 0
//   fd ---> prog: refs                 a program lives while refs > 0: fds, prog_array slots, hooks
//   prog -> maps it uses: refs         so that the circle map -> slot -> prog -> map is broken by the rule on users
import { ERRNO } from '../errno.ts';
import type { KernelMap, MapWalk } from '../maps/map.ts';
import { isPerfEventArray } from '../maps/perf-event-array.ts';
import { isProgArray } from '../maps/prog-array.ts';
import type { FileTable, MapTable, ProgTable } from '../maps/table.ts';
import type { LinearMemory } from '../memory/linear.ts';
import type { RegionTable } from '../memory/regions.ts';
import type { ValueField } from '../object.ts';
import { CallbackTable, type CallbackState } from './callbacks.ts';
import { Grace } from './grace.ts';
import { Files, type FileState, type KernelFile } from './files.ts';
import { LinkedObjects, releaseLinks, type LinkState } from './linked-objects.ts';
import { ObjectHeap, type HeapState } from './object-heap.ts';
import { COUNTERS_BYTES, type KernelProg } from './prog.ts';
import { hitsBytes } from './prog-hits.ts';
import type { Kernel } from './kernel.ts';

/** What an fd names. The rights are those of bpf(2), not of programs. */
export type FdTarget =
  | { readonly kind: 'map'; readonly map: KernelMap; readonly mayRead: boolean; readonly mayWrite: boolean }
  | { readonly kind: 'prog'; readonly prog: KernelProg }
  | { readonly kind: 'file'; readonly file: KernelFile };

interface MapEntry {
  readonly map: KernelMap;
  refs: number;
  users: number;
}

interface ProgEntry {
  readonly prog: KernelProg;
  refs: number;
}

/** What `ObjectTable.save` returns: copies, not tied to later changes. */
export interface ObjectState {
  readonly fds: readonly (readonly [number, FdTarget])[];
  readonly maps: readonly MapEntry[];
  readonly progs: readonly ProgEntry[];
  readonly lastMapId: number;
  readonly lastProgId: number;
  readonly callbacks: CallbackState;
  readonly heap: HeapState;
  readonly links: LinkState;
  readonly files: FileState;
}

/** First fd a process gets: 0 to 2 are taken. */
const FIRST_FD = 3;

/** All objects of a machine. */
export class ObjectTable implements ProgTable, MapTable, FileTable {
  private readonly fds = new Map<number, FdTarget>();
  private readonly maps = new Map<number, MapEntry>();
  private readonly progs = new Map<number, ProgEntry>();
  private readonly mapsByOffset = new Map<number, KernelMap>();
  /** What programs may touch of all maps. */
  readonly cells: RegionTable;
  /** Timers and work in map values. */
  readonly callbacks = new CallbackTable(this);
  /** Objects that programs make, and the lists and trees that they are in. */
  readonly heap: ObjectHeap;
  readonly linked = new LinkedObjects();
  /** Perf events and tasks. */
  readonly files = new Files();
  readonly grace = new Grace();
  /** CPUs of the machine: how many values a per-CPU map has. */
  readonly cpus: number;
  /** What programs are verified against. */
  readonly kernel: Pick<Kernel, 'types'>;
  /** Grows whenever a slot of a prog_array changed, a program went away, or a snapshot brought others: for those who compile what can be reached. */
  changes = 0;
  /** Of programs that are loaded, the hits of each insn are counted. */
  readonly countsHits: boolean;
  private readonly memory: LinearMemory;
  private lastMapId = 0;
  private lastProgId = 0;

  /** `cpus` is how many values a per-CPU map has. */
  constructor(
    cells: RegionTable,
    cpus: number,
    memory: LinearMemory,
    kernel: Pick<Kernel, 'types'>,
    countsHits = false,
  ) {
    this.cells = cells;
    this.cpus = cpus;
    this.kernel = kernel;
    this.memory = memory;
    this.countsHits = countsHits;
    this.heap = new ObjectHeap(memory, cells, (fields, at) => this.released(fields, at));
  }

  hasUser(map: KernelMap): boolean {
    return (this.maps.get(map.id)?.users ?? 0) > 0;
  }

  /** Lets go of what the fields of a value hold. @see kernel/bpf/syscall.c bpf_obj_free_fields */
  released(fields: readonly ValueField[], valueAt: number): void {
    for (const { kind, off } of fields) {
      const at = valueAt + off;
      if (kind === 'timer' || kind === 'workqueue') this.callbacks.release(at);
      else releaseLinks(this, this.memory, kind, at);
    }
  }

  /** Ids count from 1 and are not used again. */
  nextMapId(): number {
    return this.lastMapId + 1;
  }

  nextProgId(): number {
    return this.lastProgId + 1;
  }

  /** Takes a new map with the id of `nextMapId` and opens an fd. */
  addMap(map: KernelMap, mayRead: boolean, mayWrite: boolean): number {
    this.lastMapId = map.id;
    this.maps.set(map.id, { map, refs: 0, users: 0 });
    this.index(map);
    return this.openMap(map, mayRead, mayWrite);
  }

  openMap(map: KernelMap, mayRead = true, mayWrite = true): number {
    const entry = this.maps.get(map.id)!;
    entry.refs += 1;
    entry.users += 1;
    return this.open({ kind: 'map', map, mayRead, mayWrite });
  }

  /** Takes a new program with the id of `nextProgId`, holds its maps and opens an fd. */
  addProg(prog: KernelProg): number {
    this.lastProgId = prog.id;
    this.progs.set(prog.id, { prog, refs: 0 });
    for (const map of prog.usedMaps) this.maps.get(map.id)!.refs += 1;
    return this.openProg(prog);
  }

  openProg(prog: KernelProg): number {
    this.hold(prog);
    return this.open({ kind: 'prog', prog });
  }

  /** Takes a new file with the id of `Files.nextId` and opens an fd. */
  addFile(file: KernelFile): number {
    this.files.add(file);
    this.files.hold(file);
    return this.open({ kind: 'file', file });
  }

  fileByFd(fd: number): KernelFile | number {
    const target = this.fds.get(fd);
    if (target === undefined) return -ERRNO.EBADF;
    return target.kind === 'file' ? target.file : -ERRNO.EINVAL;
  }

  fileById(id: number): KernelFile | undefined {
    return this.files.byId(id);
  }

  holdFile(file: KernelFile): void {
    this.files.hold(file);
  }

  dropFile(file: KernelFile): void {
    this.files.drop(file);
  }

  private open(target: FdTarget): number {
    let fd = FIRST_FD;
    while (this.fds.has(fd)) fd += 1;
    this.fds.set(fd, target);
    return fd;
  }

  /** Closes an fd: 0, or -EBADF. */
  close(fd: number): number {
    const target = this.fds.get(fd);
    if (target === undefined) return -ERRNO.EBADF;
    this.fds.delete(fd);
    if (target.kind === 'prog') {
      this.drop(target.prog);
      return 0;
    }
    if (target.kind === 'file') {
      this.files.drop(target.file);
      return 0;
    }
    const entry = this.maps.get(target.map.id)!;
    entry.users -= 1;
    if (entry.users === 0) this.lastUserLeft(entry.map);
    this.dropMap(target.map);
    return 0;
  }

  /** @see kernel/bpf/syscall.c bpf_map_put_uref */
  private lastUserLeft(map: KernelMap): void {
    if (isProgArray(map) || isPerfEventArray(map)) map.clear();
    else if (map.spec.fields !== undefined) this.callbacks.releaseMap(map);
  }

  target(fd: number): FdTarget | undefined {
    return this.fds.get(fd);
  }

  /** True when an fd names this very object. */
  names(fd: number, object: KernelMap | KernelProg | undefined): boolean {
    const target = this.fds.get(fd);
    if (target === undefined || target.kind === 'file') return false;
    return (target.kind === 'map' ? target.map : target.prog) === object;
  }

  mapById(id: number): KernelMap | undefined {
    return this.maps.get(id)?.map;
  }

  byId(id: number): KernelProg | undefined {
    return this.progs.get(id)?.prog;
  }

  byFd(fd: number): KernelProg | number {
    const target = this.fds.get(fd);
    if (target === undefined) return -ERRNO.EBADF;
    return target.kind === 'prog' ? target.prog : -ERRNO.EINVAL;
  }

  /** The map whose header is at an offset of linear memory. */
  mapAt(offset: number): KernelMap | undefined {
    return this.mapsByOffset.get(offset);
  }

  /** True while the program is loaded. */
  isLoaded(prog: KernelProg): boolean {
    return this.byId(prog.id) === prog;
  }

  hold(prog: KernelProg): void {
    this.progs.get(prog.id)!.refs += 1;
  }

  drop(prog: KernelProg): void {
    const entry = this.progs.get(prog.id)!;
    entry.refs -= 1;
    if (entry.refs > 0) return;
    this.progs.delete(prog.id);
    this.changes += 1;
    this.grace.after(() => {
      this.memory.free(prog.countersAt, COUNTERS_BYTES);
      if (prog.hits !== undefined) this.memory.free(prog.hits.at, hitsBytes(prog.code));
      for (const map of prog.usedMaps) this.dropMap(map);
      if (prog.objects.length > 0) this.heap.trim();
    });
  }

  slotChanged(): void {
    this.changes += 1;
  }

  /** All maps, in the order of their making. */
  allMaps(): Iterable<KernelMap> {
    return [...this.maps.values()].map(({ map }) => map);
  }

  mapByFd(fd: number): KernelMap | number {
    const target = this.fds.get(fd);
    if (target === undefined) return -ERRNO.EBADF;
    return target.kind === 'map' ? target.map : -ERRNO.EINVAL;
  }

  holdMap(map: KernelMap): void {
    this.maps.get(map.id)!.refs += 1;
  }

  dropMap(map: KernelMap): void {
    const entry = this.maps.get(map.id)!;
    entry.refs -= 1;
    if (entry.refs > 0) return;
    this.maps.delete(map.id);
    this.mapsByOffset.delete(map.at);
    this.grace.after(() => this.freeMap(map));
  }

  private freeMap(map: KernelMap): void {
    for (const region of map.regions) this.cells.remove(region);
    const { spec, walk } = map;
    if (spec.fields !== undefined && walk !== undefined) {
      this.releaseAll(spec.fields, walk);
      this.heap.trim();
    }
    map.free();
  }

  private releaseAll(fields: readonly ValueField[], walk: MapWalk): void {
    for (let position = walk.next(0); position !== 0; position = walk.next(position)) {
      for (let cpu = 0; cpu < this.cpus; cpu++) this.released(fields, walk.valueAt(position, cpu));
    }
  }

  private index(map: KernelMap): void {
    this.mapsByOffset.set(map.at, map);
    for (const region of map.regions) this.cells.add(region);
  }

  save(): ObjectState {
    return {
      fds: [...this.fds],
      maps: [...this.maps.values()].map(({ map, refs, users }) => ({ map, refs, users })),
      progs: [...this.progs.values()].map(({ prog, refs }) => ({ prog, refs })),
      lastMapId: this.lastMapId,
      lastProgId: this.lastProgId,
      callbacks: this.callbacks.save(),
      heap: this.heap.save(),
      links: this.linked.save(),
      files: this.files.save(),
    };
  }

  /** Puts all objects back as they were; the memory behind them is restored by the caller. */
  restore(state: ObjectState): void {
    this.changes += 1;
    this.fds.clear();
    this.maps.clear();
    this.progs.clear();
    this.mapsByOffset.clear();
    this.cells.clear();
    for (const [fd, target] of state.fds) this.fds.set(fd, target);
    for (const entry of state.maps) {
      this.maps.set(entry.map.id, { ...entry });
      this.index(entry.map);
    }
    for (const entry of state.progs) this.progs.set(entry.prog.id, { ...entry });
    this.lastMapId = state.lastMapId;
    this.lastProgId = state.lastProgId;
    this.callbacks.restore(state.callbacks);
    this.heap.restore(state.heap);
    this.linked.restore(state.links);
    this.files.restore(state.files);
  }
}
