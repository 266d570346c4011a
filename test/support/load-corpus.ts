// Loads that a real kernel was asked for, with its verdicts and logs: one JSON object a line, as capture-loads.c writes them.
import { readFileSync } from 'node:fs';
import { parseBtf } from '../../vm/btf/parse.ts';
import { plainType } from '../../vm/btf/query.ts';
import { valueFields } from '../../vm/btf/value-fields.ts';
import type { Btf } from '../../vm/btf/btf.ts';
import { kfuncRow } from '../../vm/helpers/kfuncs.ts';
import { PROG_TYPES, type ProgTypeName } from '../../vm/kernel/prog-types.ts';
import { isGplCompatible } from '../../vm/kernel/licenses.ts';
import { hasFlag, MAP_TYPES, type MapTypeName } from '../../vm/maps/types.ts';
import type { FuncInfo, LineInfo, MapSpec, ObjectType } from '../../vm/object.ts';
import { innerMap } from '../../vm/verifier/input-of.ts';
import type { MapUse, VerifierMap, VerifyInput } from '../../vm/verifier/input.ts';

interface CapturedMap {
  readonly name: string;
  readonly type: number;
  readonly key: number;
  readonly value: number;
  readonly max: number;
  readonly flags: number;
  readonly extra: number;
  readonly inner: number;
  readonly vt: number;
  readonly frozen: number;
  readonly data: string | null;
  readonly btf: string | null;
}

/** One load; bytes are hex. */
export interface CapturedLoad {
  readonly name: string;
  readonly type: number;
  readonly attach: number;
  readonly flags: number;
  readonly license: string;
  readonly insns: string;
  readonly btf: string | null;
  readonly func_rec: number;
  readonly func: string;
  readonly line_rec: number;
  readonly line: string;
  readonly attach_btf_id: number;
  readonly maps: Readonly<Record<string, CapturedMap>>;
  /** What the kernel answered, positive, 0 accepted; its log at level 4, 1 and 2 (null: too long). */
  readonly errno: number;
  readonly stats: string;
  readonly log1: string;
  readonly log2: string | null;
}

/** The loads in a file. */
export function readLoads(path: string): CapturedLoad[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as CapturedLoad); // as capture-loads.c writes it
}

/** Why a load cannot be put to the verifier. */
export class NotComparable extends Error {}

const progTypes: ReadonlyMap<number, ProgTypeName> = new Map(
  Object.entries(PROG_TYPES).map(([name, row]) => [row.number, name as ProgTypeName]),
); // keys of the table
const mapTypes: ReadonlyMap<number, MapTypeName> = new Map(
  Object.entries(MAP_TYPES).map(([name, row]) => [row.number, name as MapTypeName]),
); // keys of the table
const STRUCT_OPS = PROG_TYPES.struct_ops.number;
const known = new Map<string, Btf>();

/** The same bytes are the same types. */
function btfOf(hex: string): Btf {
  let btf = known.get(hex);
  if (btf === undefined) {
    if (known.size > 64) known.clear();
    btf = parseBtf(bytes(hex), 'prog');
    known.set(hex, btf);
  }
  return btf;
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

/** A load as the verifier's input; `kernel` are the types of the kernel that was asked. Throws NotComparable. */
export function inputOfLoad(load: CapturedLoad, kernel: Btf): VerifyInput {
  const insns = bytes(load.insns);
  const types = load.btf === null ? undefined : btfOf(load.btf);
  const view = new DataView(insns.buffer);
  const made = new Map<number, VerifierMap>();
  const maps = new Map<number, MapUse>();
  for (let at = 0; at < insns.length; at += 8) {
    const src = insns[at + 1]! >> 4;
    const imm = view.getInt32(at + 4, true);
    if (insns[at] === 0x85 && src === 2)
      view.setInt32(at + 4, ourKfunc(kernel, imm, view.getInt16(at + 2, true)), true);
    if (insns[at] !== 0x18) continue;
    if (src === 3 && load.log1.includes('failed to find the address')) {
      throw new NotComparable('names a variable that this kernel keeps to itself');
    }
    if (src === 1 || src === 2) {
      const map = mapOf(load, imm, types, made);
      maps.set(at / 8, src === 1 ? { map } : { map, valueOff: view.getUint32(at + 12, true) });
    }
    at += 8;
  }
  const target = load.attach_btf_id === 0 ? undefined : kernel.type(load.attach_btf_id);
  const name =
    target === undefined || !('name' in target) ? undefined : target.name.replace(/^btf_trace_/, '');
  return {
    name: load.name,
    type: progTypes.get(load.type)!,
    attachType: load.attach,
    flags: load.flags,
    gpl: isGplCompatible(load.license),
    insns,
    maps,
    funcs: types === undefined ? [] : funcsOf(load, types),
    lines: types === undefined ? [] : linesOf(load),
    ...(types === undefined ? {} : { types }),
    kernel,
    ...(name === undefined
      ? {}
      : { target: load.type === STRUCT_OPS ? { name: '', struct: name } : { name } }),
    objects: types === undefined ? [] : objectsOf(types),
  };
}

function ourKfunc(kernel: Btf, id: number, module: number): number {
  const record = module === 0 && id > 0 && id < kernel.count ? kernel.type(id) : undefined;
  if (record?.kind !== 'func') throw new NotComparable('calls a function of a module');
  const row = kfuncRow(record.name);
  if (row === undefined) throw new NotComparable(`calls ${record.name}`);
  return row.id;
}

function mapOf(
  load: CapturedLoad,
  fd: number,
  types: Btf | undefined,
  made: Map<number, VerifierMap>,
): VerifierMap {
  const before = made.get(fd);
  if (before !== undefined) return before;
  const captured = load.maps[fd];
  if (captured === undefined) throw new NotComparable(`map ${fd} was not captured`);
  const btf = captured.btf === null ? types : btfOf(captured.btf);
  const fields = btf === undefined || captured.vt === 0 ? undefined : valueFields(btf, captured.vt, 'value');
  const inner = captured.inner === 0 ? undefined : mapOf(load, captured.inner, types, made);
  const kind = mapTypes.get(captured.type);
  if (kind === undefined) throw new NotComparable(`map type ${captured.type}`);
  const spec: MapSpec = {
    name: captured.name,
    type: kind,
    keySize: captured.key,
    valueSize: captured.value,
    maxEntries: captured.max,
    flags: captured.flags,
    ...(fields === undefined ? {} : { fields }),
    ...(inner === undefined ? {} : { inner: inner.spec }),
  };
  const isConstant = captured.frozen === 1 && hasFlag(captured.flags, 'rdonly_prog');
  const map: VerifierMap = {
    spec,
    ...(inner === undefined ? {} : { inner: innerMap(inner.spec) }),
    ...(isConstant
      ? { constant: captured.data === null ? new Uint8Array(captured.value) : bytes(captured.data) }
      : {}),
  };
  made.set(fd, map);
  return map;
}

function funcsOf({ func, func_rec }: CapturedLoad, types: Btf): FuncInfo[] {
  const data = Buffer.from(func, 'hex');
  return Array.from({ length: data.length / func_rec }, (_, i): FuncInfo => {
    const typeId = data.readUInt32LE(i * func_rec + 4);
    const record = types.type(typeId);
    if (record.kind !== 'func') throw new NotComparable('func_info names no function');
    const linkage = record.linkage === 'global' ? 'global' : 'static';
    return { pc: data.readUInt32LE(i * func_rec), name: record.name, linkage, typeId };
  });
}

function linesOf({ line, line_rec, btf }: CapturedLoad): LineInfo[] {
  const data = Buffer.from(line, 'hex');
  const blob = Buffer.from(btf!, 'hex');
  const strings = blob.readUInt32LE(4) + blob.readUInt32LE(16);
  const text = (off: number): string => {
    const start = strings + off;
    return blob.toString('utf8', start, blob.indexOf(0, start));
  };
  return Array.from({ length: data.length / line_rec }, (_, i): LineInfo => {
    const at = i * line_rec;
    const place = data.readUInt32LE(at + 12);
    return {
      pc: data.readUInt32LE(at),
      file: text(data.readUInt32LE(at + 4)),
      text: text(data.readUInt32LE(at + 8)),
      line: place >>> 10,
      column: place & 0x3ff,
    };
  });
}

const objects = new WeakMap<Btf, readonly ObjectType[]>();
function objectsOf(types: Btf): readonly ObjectType[] {
  const before = objects.get(types);
  if (before !== undefined) return before;
  const list = types.ids('struct').map((id): ObjectType => {
    const record = plainType(types, id);
    const fields = valueFields(types, id, 'object');
    const shape =
      record.kind === 'struct' ? { name: record.name, bytes: record.bytes } : { name: '', bytes: 0 };
    return Object.assign({ id }, shape, fields.length === 0 ? {} : { fields });
  });
  objects.set(types, list);
  return list;
}
