// A blob of BTF as tables of offsets: found once, so that types can be read one by one.
//
//   header (24 bytes or more) | types: name, info, size or type, then what the kind has | strings, each ended by 0
//   info:  31 kind_flag   28..24 kind   15..0 vlen
import { BTF_ERRORS, BtfError } from './btf-error.ts';
import { TYPE_BYTES, WIRE_KINDS } from './kinds.ts';

const MAGIC = 0xeb9f;
const HEADER_BYTES = 24;

/** Where things lie in a blob. Offsets are bytes from its start. */
export interface Wire {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Offset of each type by its id; that of void is 0. */
  readonly offsets: Uint32Array;
  /** Number of each type's kind. */
  readonly kinds: Uint8Array;
  readonly strings: { readonly start: number; readonly end: number };
}

/** Finds the types of a blob. Throws BtfError where a type lies out of its section or is of no kind; what they refer to is not looked at. */
export function readWire(bytes: Uint8Array): Wire {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { types, strings } = readHeader(view);
  const offsets = [0];
  const kinds = [0];
  for (let at = types.start; at < types.end;) {
    if (at + TYPE_BYTES > types.end) throw cutOff(at);
    const info = view.getUint32(at + 4, true);
    const number = (info >>> 24) & 31;
    const row = WIRE_KINDS[number];
    if (row === undefined) throw new BtfError('kind', 'types', at, BTF_ERRORS.kind(number));
    offsets.push(at);
    kinds.push(number);
    at += TYPE_BYTES + row.fixed + row.each * (info & 0xffff);
    if (at > types.end) throw cutOff(offsets.at(-1)!);
  }
  return { bytes, view, offsets: Uint32Array.from(offsets), kinds: Uint8Array.from(kinds), strings };
}

interface Sections {
  readonly types: { readonly start: number; readonly end: number };
  readonly strings: { readonly start: number; readonly end: number };
}

/** @see kernel/bpf/btf.c btf_parse_hdr, btf_check_sec_info, btf_parse_str_sec */
function readHeader(view: DataView): Sections {
  if (view.byteLength < HEADER_BYTES) fail(0, `${view.byteLength} bytes, and it has ${HEADER_BYTES}`);
  const magic = view.getUint16(0, true);
  if (magic !== MAGIC) fail(0, `magic 0x${magic.toString(16)}`);
  if (view.getUint8(2) !== 1) fail(2, `version ${view.getUint8(2)}`);
  if (view.getUint8(3) !== 0) fail(3, `flags ${view.getUint8(3)}`);
  const header = view.getUint32(4, true);
  if (header < HEADER_BYTES || header > view.byteLength) fail(4, `length ${header}`);
  const section = (at: number): { start: number; end: number } => {
    const start = header + view.getUint32(at, true);
    const end = start + view.getUint32(at + 4, true);
    if (end > view.byteLength) fail(at, `a section ends at byte ${end} of ${view.byteLength}`);
    return { start, end };
  };
  const types = section(8);
  const strings = section(16);
  if (types.start % 4 !== 0) fail(8, `types begin at byte ${types.start}, which is no multiple of 4`);
  if (types.end > strings.start && strings.end > types.start) fail(16, 'types and strings overlap');
  const isTerminated =
    strings.end > strings.start && view.getUint8(strings.start) === 0 && view.getUint8(strings.end - 1) === 0;
  if (!isTerminated) {
    const why = 'strings begin and end with a 0';
    throw new BtfError('bounds', 'strings', strings.start, BTF_ERRORS.bounds(why));
  }
  return { types, strings };
}

function fail(at: number, why: string): never {
  throw new BtfError('header', 'header', at, BTF_ERRORS.header(why));
}

function cutOff(at: number): BtfError {
  return new BtfError('bounds', 'types', at, BTF_ERRORS.bounds('the last type is cut off'));
}
