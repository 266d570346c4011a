// The structures of one event and the places that they have: each node has one structure of a kind, wherever a pointer to it stands.
import { KERNEL_AT, type LinearMemory } from '../../memory/linear.ts';
import type { Kernel } from '../kernel.ts';
import type { UserMemory } from '../point.ts';
import { Arena, PlacedBytes, PlacedPointers, PlacedStruct, type Room } from './arena.ts';
import { layoutsOf, type Layouts } from './layouts.ts';
import { Nodes, type ProcessNode, type TaskNode } from './nodes.ts';
import { pathOf, type DentryNode } from './paths.ts';
import { MAX_FDS } from './file-sources.ts';
import type { Graph, NodeOf } from './sources.ts';
import type { StructKind } from './struct-rows.ts';

/** Where the arguments of the current process are said to lie: no recorder makes up addresses here. */
const ARGS_AT = 0x7fff_f000_0000n;
/** Longest chain of parents that is followed. */
const LIMIT_PARENTS = 64;

/** The structures of a machine's current event. */
export class KernelGraph implements Graph, Room {
  readonly memory: LinearMemory;
  readonly nodes = new Nodes();
  userMemory: readonly UserMemory[] = [];
  private readonly kernel: Pick<Kernel, 'types'>;
  private found: Layouts | undefined;
  private readonly arena = new Arena();
  private readonly places = new Map<StructKind, Map<object, number>>();
  private readonly arrays = new Map<object, number>();

  constructor(memory: LinearMemory, kernel: Pick<Kernel, 'types'>) {
    this.memory = memory;
    this.kernel = kernel;
  }

  /** A kernel's types are not looked at before a program asks for a structure. */
  private get layouts(): Layouts {
    this.found ??= layoutsOf(this.kernel.types);
    return this.found;
  }

  /** Forgets what older events had; see Arena.forget. */
  forget(top?: number): number {
    this.begin();
    return this.arena.forget(top);
  }

  get hasMmAtExit(): boolean {
    return this.layouts.hasMmAtExit;
  }

  get graph(): Graph {
    return this;
  }

  /** A new event: what is asked for gets a place anew. What older events had stays readable for a while, as it was. */
  begin(): void {
    if (this.arena.isUnused) return;
    this.arena.begin();
    this.nodes.clear();
    this.userMemory = [];
    for (const places of this.places.values()) if (places.size > 0) places.clear();
    if (this.arrays.size > 0) this.arrays.clear();
  }

  at<Kind extends StructKind>(kind: Kind, node: NodeOf[Kind]): number {
    let places = this.places.get(kind);
    if (places === undefined) this.places.set(kind, (places = new Map()));
    const known = places.get(node);
    if (known !== undefined) return known;
    const layout = this.layouts.of(kind);
    const at = this.arena.take(layout.bytes);
    if (at === 0) return KERNEL_AT; // no room: nothing is known of it
    this.arena.put(new PlacedStruct(at, layout, node, this, kind));
    places.set(node, at);
    return at;
  }

  somewhere(target: number): number {
    const layout = this.layouts.unknown(target);
    const at = this.arena.take(layout.bytes);
    if (at === 0) return KERNEL_AT;
    this.arena.put(new PlacedStruct(at, layout, undefined, this, undefined));
    return at;
  }

  vfsmount(root: DentryNode): number {
    return this.at('mount', root) + (this.layouts.vfsmount?.off ?? 0);
  }

  string(bytes: Uint8Array): number {
    const at = this.arena.take(bytes.length + 1);
    if (at === 0) return KERNEL_AT;
    this.arena.put(new PlacedBytes(at, bytes.length + 1));
    this.memory.write(at, bytes, 0, bytes.length);
    this.memory.u8[at + bytes.length] = 0;
    return at;
  }

  nameIn(dentry: DentryNode): number | undefined {
    const { name } = dentry;
    if (name === undefined) return undefined;
    const { shortName } = this.layouts;
    const isShort = shortName !== undefined && name.length < shortName.bytes;
    return isShort ? this.at('dentry', dentry) + shortName.off : this.string(name);
  }

  fdArray(node: ProcessNode): number {
    const known = this.arrays.get(node);
    if (known !== undefined) return known;
    const at = this.arena.take(8 * MAX_FDS);
    if (at === 0) return KERNEL_AT;
    this.arena.put(
      new PlacedPointers(at, MAX_FDS, 'fdtable.fd', this.memory, (fd) => {
        const facts = node.facts?.file(fd);
        return facts === undefined ? undefined : this.at('file', this.nodes.file(facts));
      }),
    );
    this.arrays.set(node, at);
    return at;
  }

  args({ process }: TaskNode): { readonly start: bigint; readonly end: bigint } | undefined {
    const args = process.facts?.args;
    // User memory of other processes is out of reach.
    if (args === undefined || process.tgid !== this.nodes.running?.tgid) return undefined;
    const bytes = withNuls(args);
    this.userMemory = [{ address: ARGS_AT, bytes, trueLength: bytes.length, cString: false }];
    return { start: ARGS_AT, end: ARGS_AT + BigInt(bytes.length) };
  }

  /** The task whose structure starts at an offset. */
  taskAt(at: number): TaskNode | undefined {
    const placed = this.arena.find(at);
    if (!(placed instanceof PlacedStruct) || placed.at !== at || placed.kind !== 'task') return undefined;
    return placed.node as TaskNode; // `at` puts no other node into one of this kind
  }

  /** A thread that the event shows, or one of those that led to the current one. */
  taskOfTid(current: TaskNode, tid: number): TaskNode | undefined {
    const { nodes } = this;
    const shown = nodes.byTid(tid);
    if (shown !== undefined) return shown;
    let task = nodes.leader(current);
    for (let i = 0; i < LIMIT_PARENTS && task.tid !== undefined; i++) {
      if (task.tid === tid) return task;
      task = nodes.parent(task);
    }
    return undefined;
  }

  /** The path behind the struct path at an offset. */
  pathAt(at: number): Uint8Array | undefined {
    const member = this.layouts.pathDentry;
    if (member === undefined || !this.knows(at + member.off, 8)) return undefined;
    const dentry = this.arena.find(this.memory.view.getUint32(at + member.off, true));
    if (!(dentry instanceof PlacedStruct) || dentry.kind !== 'dentry') return undefined;
    return pathOf(dentry.node as DentryNode); // as above
  }

  knows(at: number, size: number): boolean {
    const placed = this.arena.find(at);
    return placed !== undefined && at + size <= placed.end && placed.knows(at - placed.at, size);
  }

  /** What the first of some bytes is that is not known. */
  nameOf(at: number, size: number): string {
    const placed = this.arena.find(at);
    if (placed === undefined) return 'memory of the kernel between its structures';
    for (let i = 0; i < size; i++) {
      const off = at + i - placed.at;
      if (at + i >= placed.end || !placed.knows(off, 1)) return placed.nameAt(off);
    }
    return placed.nameAt(at - placed.at);
  }
}

/** Strings one behind the other, a NUL behind each: as a process finds its arguments. */
function withNuls(strings: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(strings.reduce((sum, { length }) => sum + length + 1, 0));
  let at = 0;
  for (const string of strings) {
    bytes.set(string, at);
    at += string.length + 1;
  }
  return bytes;
}
