// Blobs of BTF: bytes in, types out when they are asked for.
import type { Btf, BtfKind, BtfRecord } from './btf.ts';
import { checkWire } from './check-wire.ts';
import { decodeType, stringAt } from './decode.ts';
import { WIRE_KINDS } from './kinds.ts';
import { readWire, type Wire } from './wire.ts';

/**
 * The types of a blob (/sys/kernel/btf/vmlinux, a section .BTF). Looks at all of it once; decodes a type when it is first asked for. The bytes
 * must not change afterwards. Throws BtfError.
 */
export function parseBtf(bytes: Uint8Array, name: string): Btf {
  const wire = readWire(bytes);
  checkWire(wire);
  return new BlobBtf(wire, name);
}

const VOID: BtfRecord = { kind: 'void' };

class BlobBtf implements Btf {
  readonly name: string;
  readonly count: number;
  private readonly wire: Wire;
  private readonly known: (BtfRecord | undefined)[];
  private readonly byKind = new Map<BtfKind, readonly number[]>();
  private readonly byName = new Map<BtfKind, ReadonlyMap<string, readonly number[]>>();

  constructor(wire: Wire, name: string) {
    this.wire = wire;
    this.name = name;
    this.count = wire.offsets.length;
    this.known = Array.from<BtfRecord | undefined>({ length: this.count });
    this.known[0] = VOID;
  }

  type(id: number): BtfRecord {
    const known = this.known[id];
    if (known !== undefined) return known;
    if (!Number.isInteger(id) || id < 0 || id >= this.count) {
      throw new RangeError(`no type ${id} in the BTF ${this.name}, which has ${this.count}`);
    }
    const record = decodeType(this.wire, id);
    this.known[id] = record;
    return record;
  }

  find(kind: BtfKind, name: string): number | undefined {
    return this.names(kind).get(name)?.[0];
  }

  names(kind: BtfKind): ReadonlyMap<string, readonly number[]> {
    let names = this.byName.get(kind);
    if (names === undefined) {
      names = this.namesOf(kind);
      this.byName.set(kind, names);
    }
    return names;
  }

  ids(kind: BtfKind): readonly number[] {
    let ids = this.byKind.get(kind);
    if (ids === undefined) {
      ids = this.idsOf(kind);
      this.byKind.set(kind, ids);
    }
    return ids;
  }

  private idsOf(kind: BtfKind): number[] {
    const numbers = new Set(WIRE_KINDS.flatMap((row, number) => (row?.kind === kind ? [number] : [])));
    const ids: number[] = [];
    this.wire.kinds.forEach((number, id) => {
      if (numbers.has(number)) ids.push(id);
    });
    return ids;
  }

  private namesOf(kind: BtfKind): Map<string, number[]> {
    const names = new Map<string, number[]>();
    const { view, offsets } = this.wire;
    for (const id of this.ids(kind)) {
      const name = stringAt(this.wire, view.getUint32(offsets[id]!, true));
      if (name === '') continue;
      const ids = names.get(name);
      if (ids === undefined) names.set(name, [id]);
      else ids.push(id);
    }
    return names;
  }
}
