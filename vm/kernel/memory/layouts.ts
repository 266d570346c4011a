// Where the members of struct-rows.ts lie in one kernel, as its BTF has them: looked up once, for all machines with that kernel.
import type { Btf } from '../../btf/btf.ts';
import { plainType, sizeOf } from '../../btf/query.ts';
import { memberAt, memberOf, type MemberSpot } from './members.ts';
import { SOURCES, type Source } from './sources.ts';
import { SHORT_NAME, STRUCT_ROWS, type StructKind, type StructRows } from './struct-rows.ts';

/** Bytes of a structure that come from one source; `padding`: bytes between members, which are 0. */
export interface LayoutRow {
  readonly off: number;
  readonly bytes: number;
  readonly source: Source<unknown> | 'padding';
  /** Of 'somewhere': id of the struct that it points at, 0 where the type does not tell. */
  readonly target: number;
}

/** A structure as a kernel has it. Rows by their offset, none over another. */
export interface StructLayout {
  readonly bytes: number;
  readonly rows: readonly LayoutRow[];
  /** What a byte is part of, for people: 'task_struct.loginuid'. */
  nameAt(off: number): string;
}

/** No member is aligned more. */
const ALIGNMENT = 8;
/** Room for a structure of which the kernel does not tell how long it is. */
const UNSIZED_BYTES = 1024;

/** The layouts of one kernel. */
export class Layouts {
  private readonly types: Btf;
  private readonly kinds = new Map<StructKind, StructLayout>();
  private readonly others = new Map<number, StructLayout>();

  /** struct vfsmount in struct mount, the dentry in struct path, and the place of short names in struct dentry. */
  readonly vfsmount: MemberSpot | undefined;
  readonly pathDentry: MemberSpot | undefined;
  readonly shortName: MemberSpot | undefined;

  /** The tracepoint of tasks that end came behind the end of their memory, until it had a record of its own. @see kernel/exit.c of Linux 6.15 and 6.16 */
  readonly hasMmAtExit: boolean;

  constructor(types: Btf) {
    this.types = types;
    this.hasMmAtExit = structOf(types, 'trace_event_raw_sched_process_exit') !== undefined;
    this.vfsmount = this.member('mount', 'mnt');
    this.pathDentry = this.member('path', 'dentry');
    this.shortName = this.member('dentry', SHORT_NAME);
  }

  /** Of a kind of structure; one that the kernel does not have has no rows. */
  of(kind: StructKind): StructLayout {
    const known = this.kinds.get(kind);
    if (known !== undefined) return known;
    const layout = layoutOf(this.types, kind);
    this.kinds.set(kind, layout);
    return layout;
  }

  /** Of a struct by the id of its type, of which nothing is known. */
  unknown(struct: number): StructLayout {
    const known = this.others.get(struct);
    if (known !== undefined) return known;
    const { types } = this;
    const layout = { bytes: roomOf(types, struct), rows: [], nameAt: namer(types, struct) };
    this.others.set(struct, layout);
    return layout;
  }

  /** Where a member lies; undefined where the kernel has none. `struct` as in STRUCT_ROWS. */
  member(struct: string, path: string): MemberSpot | undefined {
    const id = structOf(this.types, struct);
    return id === undefined ? undefined : memberOf(this.types, id, path);
  }
}

const LAYOUTS = new WeakMap<Btf, Layouts>();

/** The layouts of a kernel with these types; the same object each time. */
export function layoutsOf(types: Btf): Layouts {
  const layouts = LAYOUTS.get(types) ?? new Layouts(types);
  LAYOUTS.set(types, layouts);
  return layouts;
}

/** Id of the first struct of these names that a kernel has. */
function structOf(types: Btf, struct: string): number | undefined {
  for (const name of struct.split('|')) {
    const id = types.find('struct', name);
    if (id !== undefined && (sizeOf(types, id) ?? 0) > 0) return id;
  }
  return undefined;
}

function layoutOf(types: Btf, kind: StructKind): StructLayout {
  const table: StructRows = STRUCT_ROWS[kind];
  const id = structOf(types, table.struct);
  if (id === undefined) {
    const name = table.struct.split('|')[0]!;
    return { bytes: UNSIZED_BYTES, rows: [], nameAt: () => name };
  }
  const sources: Readonly<Record<string, Source<never>>> = SOURCES[kind];
  const rows: LayoutRow[] = [];
  for (const [path, name] of Object.entries(table.rows)) {
    const spot = memberOf(types, id, path);
    if (spot === undefined || spot.bytes === 0) continue;
    if (rows.some(({ off, bytes }) => spot.off < off + bytes && off < spot.off + spot.bytes)) continue;
    // The layout of a kind is only ever filled from the nodes of that kind.
    const source = sources[name] as Source<unknown>;
    rows.push({ off: spot.off, bytes: spot.bytes, source, target: targetOf(types, spot.type) });
  }
  rows.sort((a, b) => a.off - b.off);
  const padded = rows.flatMap((row, i) => {
    const limit = rows[i + 1]?.off ?? sizeOf(types, id) ?? 0;
    const gap = paddingBehind(types, id, row.off + row.bytes, limit);
    return gap === undefined ? [row] : [row, gap];
  });
  const end = rows.at(-1);
  const bytes = Math.max(roomOf(types, id), end === undefined ? 0 : end.off + end.bytes);
  return { bytes, rows: padded, nameAt: namer(types, id) };
}

/** The bytes behind a member that no member has, because the next one, or the struct, is aligned. */
function paddingBehind(types: Btf, struct: number, from: number, limit: number): LayoutRow | undefined {
  let to = from;
  while (to < limit && to % ALIGNMENT !== 0 && memberAt(types, struct, to) === undefined) to++;
  return to === from ? undefined : { off: from, bytes: to - from, source: 'padding', target: 0 };
}

function targetOf(types: Btf, type: number): number {
  const pointer = plainType(types, type);
  return pointer.kind === 'ptr' ? pointer.type : 0;
}

function roomOf(types: Btf, type: number): number {
  return (type === 0 ? 0 : (sizeOf(types, type) ?? 0)) || UNSIZED_BYTES;
}

/** Names are made up once: programs ask for the same ones at each event. */
function namer(types: Btf, struct: number): (off: number) => string {
  const names = new Map<number, string>();
  return (off) => {
    const known = names.get(off);
    if (known !== undefined) return known;
    const record = struct === 0 ? undefined : plainType(types, struct);
    const name = record !== undefined && 'name' in record ? record.name : 'a structure of the kernel';
    const member = struct === 0 ? undefined : memberAt(types, struct, off);
    const text = member === undefined ? `${name} at offset ${off}` : `${name}.${member}`;
    names.set(off, text);
    return text;
  };
}
