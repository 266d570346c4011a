// Records of tracepoints as a kernel's types lay them out: struct trace_event_raw_NAME, whose fields begin behind 8 bytes that all of them have. A field
// of a text that has no fixed length holds where in the record the text stands, and how long it is.
//
//   0              8                    __data
//   | trace_entry  | fields             | texts of __data_loc fields, each with a NUL |
//
// @see include/trace/trace_events.h; kernel/trace/trace_events.c trace_event_get_offsets
import type { Btf, BtfMember, BtfRecord } from '../btf/btf.ts';
import { plainType, sizeOf } from '../btf/query.ts';

/** A field; numbers in bytes. */
export interface RecordField {
  readonly name: string;
  /** As a format file has it: 'pid_t', 'char[16]', '__data_loc char[]'. */
  readonly type: string;
  readonly off: number;
  readonly size: number;
  readonly isSigned: boolean;
  /** `text`: an array of char; `far`: a text behind the fields. */
  readonly kind: 'number' | 'text' | 'far';
}

/** A record. */
export interface RecordLayout {
  /** Name of the struct. */
  readonly struct: string;
  readonly fields: readonly RecordField[];
  /** Where the last field ends: programs that load more by themselves are not attached. */
  readonly end: number;
  /** Where texts begin. */
  readonly dataAt: number;
}

const FAR = '__data_loc_';
const DATA = '__data';
/** struct trace_entry. */
const ENTRY = 'ent';

/** The layout of the first of some structs that a kernel has; undefined where it has none of them. */
export function recordLayout(types: Btf, structs: readonly string[]): RecordLayout | undefined {
  for (const struct of structs) {
    const id = types.find('struct', struct);
    const record = id === undefined ? undefined : types.type(id);
    if (record?.kind === 'struct' && record.members.length > 0) return layoutOf(types, struct, record);
  }
  return undefined;
}

function layoutOf(
  types: Btf,
  struct: string,
  { members, bytes }: Extract<BtfRecord, { kind: 'struct' | 'union' }>,
): RecordLayout {
  const fields = members
    .filter(({ name, bits }) => name !== ENTRY && name !== DATA && bits === 0)
    .map((member) => fieldOf(types, member));
  const last = fields.at(-1);
  const data = members.find(({ name }) => name === DATA);
  const end = last === undefined ? bytes : last.off + last.size;
  return { struct, fields, end, dataAt: data === undefined ? bytes : data.bitOff / 8 };
}

function fieldOf(types: Btf, { name, type, bitOff }: BtfMember): RecordField {
  const off = bitOff / 8;
  const size = sizeOf(types, type) ?? 0;
  if (name.startsWith(FAR)) {
    const text = '__data_loc char[]';
    return { name: name.slice(FAR.length), type: text, off, size, isSigned: false, kind: 'far' };
  }
  const record = plainType(types, type);
  const element = record.kind === 'array' ? plainType(types, record.type) : record;
  const isText =
    record.kind === 'array' && element.kind === 'int' && element.bytes === 1 && element.name === 'char';
  const isSigned = record.kind === 'int' && record.isSigned && !record.isBool;
  return { name, type: typeText(types, type), off, size, isSigned, kind: isText ? 'text' : 'number' };
}

/** Names of integers as the kernel's sources write them, where its types have a longer one. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  'long unsigned int': 'unsigned long',
  'long int': 'long',
  'short unsigned int': 'unsigned short',
  'short int': 'short',
  'long long unsigned int': 'unsigned long long',
  'long long int': 'long long',
  _Bool: 'bool',
};

/** A type in C, as far as records have types. */
function typeText(types: Btf, id: number): string {
  const record = types.type(id);
  switch (record.kind) {
    case 'void':
      return 'void';
    case 'ptr':
      return `${typeText(types, record.type)} *`;
    case 'array':
      return `${typeText(types, record.type)}[${record.count}]`;
    case 'const':
      return `const ${typeText(types, record.type)}`;
    case 'volatile':
    case 'restrict':
    case 'type_tag':
      return typeText(types, record.type);
    case 'struct':
    case 'union':
    case 'enum':
      return `${record.kind} ${record.name}`;
    default:
      return 'name' in record ? (SHORT_NAMES[record.name] ?? record.name) : '';
  }
}
