// Reads the code of a function back into insns: all that CodeWriter writes, and nothing else.
import { BULK, BULK_PREFIX, MEMORY, PLAIN, SPECIAL, type SpecialOp } from './ops.ts';
import { VALUE_TYPES, type FuncCode, type FuncName, type FuncType, type ValueType } from './types.ts';

/** What stands behind the byte of an insn. */
export type Immediate =
  | { readonly kind: 'none' }
  /** Of block, loop, if. */
  | { readonly kind: 'blockType'; readonly type: ValueType | 'none' }
  | { readonly kind: 'local' | 'depth' | 'offset'; readonly value: number }
  | { readonly kind: 'depths'; readonly values: readonly number[] }
  | { readonly kind: 'func'; readonly func: FuncName }
  | { readonly kind: 'type'; readonly type: FuncType }
  | { readonly kind: 'int'; readonly value: bigint; readonly bits: 32 | 64 }
  | { readonly kind: 'float'; readonly value: number };

/** An insn: where it stands in the bytes of its function, and its name in the text format. */
export interface WasmInsn {
  readonly at: number;
  readonly name: string;
  readonly immediate: Immediate;
}

type Read = (from: Bytes) => Immediate;

const NONE: Immediate = { kind: 'none' };
/** Bytes of an i32 that stands for no result. */
const NO_RESULT = 0x40;

const blockType: Read = (from) => {
  const byte = from.byte();
  if (byte === NO_RESULT) return { kind: 'blockType', type: 'none' };
  const type = (Object.keys(VALUE_TYPES) as ValueType[]).find((key) => VALUE_TYPES[key] === byte); // keys of a literal
  if (type === undefined) throw new Error(`no type of a block: ${byte}`);
  return { kind: 'blockType', type };
};
const local: Read = (from) => ({ kind: 'local', value: Number(from.unsigned()) });
const depth: Read = (from) => ({ kind: 'depth', value: Number(from.unsigned()) });
const func: Read = (from) => from.open('func');
const indirect: Read = (from) => {
  const type = from.open('type');
  from.skip(1); // the table
  return type;
};

/** What follows each insn of SPECIAL. */
const READ_SPECIAL: Record<SpecialOp, Read> = {
  block: blockType,
  loop: blockType,
  if: blockType,
  else: () => NONE,
  end: () => NONE,
  br: depth,
  br_if: depth,
  br_table: (from) => {
    const values = Array.from({ length: Number(from.unsigned()) + 1 }, () => Number(from.unsigned()));
    return { kind: 'depths', values };
  },
  call: func,
  call_indirect: indirect,
  return_call: func,
  return_call_indirect: indirect,
  local_get: local,
  local_set: local,
  local_tee: local,
  i32_const: (from) => ({ kind: 'int', value: from.signed(), bits: 32 }),
  i64_const: (from) => ({ kind: 'int', value: from.signed(), bits: 64 }),
  f64_const: (from) => ({ kind: 'float', value: from.float() }),
};

const plain: Read = () => NONE;
const memory: Read = (from) => {
  from.skip(1); // the alignment
  return { kind: 'offset', value: Number(from.unsigned()) };
};
const bulk: Record<keyof typeof BULK, Read> = {
  memory_copy: (from) => from.skip(2),
  memory_fill: (from) => from.skip(1),
};

interface Row {
  readonly name: string;
  readonly read: Read;
}

/** Rows by byte; those behind BULK_PREFIX by its number. */
const BY_BYTE = rowsOf([
  [PLAIN, () => plain],
  [MEMORY, () => memory],
  [SPECIAL, (name) => READ_SPECIAL[name as SpecialOp]],
]);
const BY_BULK = rowsOf([[BULK, (name) => bulk[name as keyof typeof BULK]]]);

/** Insns of a function in turn, the last `end` included. Throws Error for bytes that CodeWriter does not write. */
export function readCode(code: FuncCode): WasmInsn[] {
  const from = new Bytes(code);
  const insns: WasmInsn[] = [];
  while (!from.isDone()) {
    const { at } = from;
    const byte = from.byte();
    const row = byte === BULK_PREFIX ? BY_BULK.get(Number(from.unsigned())) : BY_BYTE.get(byte);
    if (row === undefined)
      throw new Error(`no insn of WebAssembly that is known: ${byte} at ${at} of ${code.name}`);
    insns.push({ at, name: row.name, immediate: row.read(from) });
  }
  return insns;
}

type Rows = readonly [table: Readonly<Record<string, number>>, readOf: (name: string) => Read];

function rowsOf(tables: readonly Rows[]): ReadonlyMap<number, Row> {
  const rows = tables.flatMap(([table, readOf]) =>
    Object.entries(table).map(([key, byte]): [number, Row] => [
      byte,
      { name: textName(key), read: readOf(key) },
    ]),
  );
  return new Map(rows);
}

/** i64_load8_u is i64.load8_u, br_if stays. */
function textName(key: string): string {
  return key.replace(/^(i32|i64|f32|f64|local|memory)_/, '$1.');
}

/** The bytes of a function, and what they leave open. */
class Bytes {
  at = 0;
  private readonly bytes: Uint8Array;
  private readonly relocs: FuncCode['relocs'];
  private reloc = 0;

  constructor({ bytes, relocs }: FuncCode) {
    this.bytes = bytes;
    this.relocs = relocs;
  }

  isDone(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new Error('code ends within an insn');
    return byte;
  }

  skip(bytes: number): Immediate {
    this.at += bytes;
    return NONE;
  }

  /** The number of 5 bytes that is filled in when the function is put into a module. */
  open(kind: 'func' | 'type'): Immediate {
    const reloc = this.relocs[this.reloc++];
    if (reloc?.at !== this.at) throw new Error(`no name for the number at ${this.at}`);
    this.at += 5;
    const { to } = reloc;
    if (kind === 'func' && 'func' in to) return { kind, func: to.func };
    if (kind === 'type' && 'type' in to) return { kind, type: to.type };
    throw new Error(`not the name of a ${kind} at ${reloc.at}`);
  }

  unsigned(): bigint {
    return this.leb().value;
  }

  signed(): bigint {
    const { value, bits } = this.leb();
    return BigInt.asIntN(bits, value);
  }

  float(): number {
    const value = new DataView(this.bytes.buffer, this.bytes.byteOffset).getFloat64(this.at, true);
    this.at += 8;
    return value;
  }

  private leb(): { value: bigint; bits: number } {
    let value = 0n;
    let bits = 0;
    for (;;) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << BigInt(bits);
      bits += 7;
      if (byte < 0x80) return { value, bits };
    }
  }
}
