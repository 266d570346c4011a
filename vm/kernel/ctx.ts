// The fields of a ctx as data: what programs of each type may load and store of it. One shape for all contexts, read by the hooks and test runs
// that fill a ctx, by the engine through the regions made here, by the verifier and by the page.
import type { Region } from '../memory/regions.ts';
import type { ProgTypeName } from './prog-types.ts';

/** What a field holds. All but `number` are pointers once loaded, whatever the field's size in the layout. */
export type CtxKind =
  | 'number'
  /** First byte of the packet, of what stands before it, and the end. 4 bytes in the layout, a 64-bit pointer in a register. */
  | 'pkt'
  | 'pkt_meta'
  | 'pkt_end'
  /** A struct bpf_sock of a full socket, or null; and one that is there. */
  | 'sock_or_null'
  | 'sock'
  /** The fields of it that every socket has, or null. */
  | 'sock_common_or_null'
  /** A struct bpf_flow_keys. */
  | 'flow_keys'
  /** The buffer of a tracepoint that programs may write. */
  | 'tp_buffer'
  /** A struct of the kernel, `struct` of the field, that BTF loads reach. */
  | 'kernel';

/** Who may: everyone whose ctx this is, nobody, or programs of these types. */
export type CtxRight = 'all' | 'none' | readonly ProgTypeName[];

/** A field; numbers in bytes. A load or store lies within one field. */
export interface CtxField {
  readonly off: number;
  readonly size: number;
  readonly read: CtxRight;
  readonly write: CtxRight;
  readonly kind: CtxKind;
  /** What may be narrower than an element of the field: loads, loads at the field's start, or loads and stores. Default: nothing. */
  readonly narrow?: 'loads' | 'start' | 'both';
  /** Bytes of an element where the field is an array. Default: `size`. */
  readonly element?: number;
  /** The kernel keeps fewer bytes than a program stores: loads and stores go through `NetPacket.field`. */
  readonly kept?: 2;
  /** Expected attach types of the programs that may; those of any where absent. */
  readonly readAt?: readonly number[];
  readonly writeAt?: readonly number[];
  /** Two elements may be loaded or stored at once, where they lie at a multiple of 8. */
  readonly pairs?: true;
  /** Bytes that a load must have at least. */
  readonly least?: number;
  /** A load of so many bytes is taken at the field's start too, beyond its end. */
  readonly alsoLoads?: number;
  /** Of kind kernel: the struct's name. */
  readonly struct?: string;
}

/** A layout: fields by the kernel's names. */
export type CtxLayout = Readonly<Record<string, CtxField>>;

/** True when programs of a type have a right. */
export function hasRight(right: CtxRight, type: ProgTypeName): boolean {
  return right === 'all' || (right !== 'none' && right.includes(type));
}

/** Kinds that are 4 bytes in the layout and a pointer in a register. */
const SHORT_POINTERS: ReadonlySet<CtxKind> = new Set(['pkt', 'pkt_meta', 'pkt_end']);

/**
 * The regions that a program of `type` may touch of a ctx at offset `at`, called `name`: neighbouring fields with the same rights are one.
 * Pointers into the packet have one each, and fields that the program stores more to than is kept have none.
 */
export function ctxRegions(layout: CtxLayout, type: ProgTypeName, at: number, name: string): Region[] {
  const regions: Region[] = [];
  const fields = Object.values(layout).toSorted((a, b) => a.off - b.off);
  for (const { off, size, read, write, kind, kept } of fields) {
    const rights = { read: hasRight(read, type), write: hasRight(write, type) };
    if ((!rights.read && !rights.write) || (kept !== undefined && rights.write)) continue;
    const start = at + off;
    if (SHORT_POINTERS.has(kind)) {
      regions.push({ name, start, end: start + size, stride: size, skip: 0, size, ...rights, pointers: [0] });
      continue;
    }
    const last = regions.at(-1);
    const joins =
      last?.end === start &&
      last.read === rights.read &&
      last.write === rights.write &&
      last.pointers === undefined;
    if (joins) regions.pop();
    const from = joins ? last.start : start;
    const length = start + size - from;
    regions.push({ name, start: from, end: from + length, stride: length, skip: 0, size: length, ...rights });
  }
  return regions;
}
