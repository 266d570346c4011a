// BTF as bytes: what a kernel is given, made of what vm/btf builds.
import type { Btf, BtfRecord } from '../../vm/btf/btf.ts';
import { KIND, WIRE_KINDS } from '../../vm/btf/kinds.ts';

const MAGIC = 0xeb9f;
const HEADER_BYTES = 24;
const LINKAGES = ['static', 'global', 'extern'];

/** A blob of all types of a Btf. */
export function btfBytes(btf: Btf): Uint8Array {
  const strings = new Strings();
  const words: number[] = [];
  for (let id = 1; id < btf.count; id++) words.push(...typeWords(btf.type(id), strings));
  const names = strings.bytes();
  const typesBytes = 4 * words.length;
  const bytes = new Uint8Array(HEADER_BYTES + typesBytes + names.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, MAGIC, true);
  view.setUint8(2, 1);
  [HEADER_BYTES, 0, typesBytes, typesBytes, names.length].forEach((word, i) =>
    view.setUint32(4 + 4 * i, word, true),
  );
  words.forEach((word, i) => view.setUint32(HEADER_BYTES + 4 * i, word >>> 0, true));
  bytes.set(names, HEADER_BYTES + typesBytes);
  return bytes;
}

class Strings {
  private text = '\0';
  private readonly known = new Map<string, number>([['', 0]]);

  at(name: string): number {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const at = this.text.length;
    this.text += `${name}\0`;
    this.known.set(name, at);
    return at;
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.text, (char) => char.charCodeAt(0));
  }
}

/** The words of a type: name; vlen, kind and flag; size or type; and what its kind has behind them. */
function typeWords(type: BtfRecord, strings: Strings): number[] {
  const kind = kindNumber(type);
  const name = strings.at('name' in type ? type.name : '');
  const head = (vlen: number, word: number, flag = false): number[] => [
    name,
    (((flag ? 1 : 0) << 31) | (kind << 24) | vlen) >>> 0,
    word,
  ];
  switch (type.kind) {
    case 'void':
      return [];
    case 'int': {
      const encoding = (type.isSigned ? 1 : 0) | (type.isChar ? 2 : 0) | (type.isBool ? 4 : 0);
      return [...head(0, type.bytes), (encoding << 24) | (type.bitOff << 16) | type.bits];
    }
    case 'float':
      return head(0, type.bytes);
    case 'array':
      return [...head(0, 0), type.type, type.index, type.count];
    case 'struct':
    case 'union': {
      const flag = type.members.some(({ bits }) => bits !== 0);
      const members = type.members.flatMap((member) => [
        strings.at(member.name),
        member.type,
        member.bitOff | (member.bits << 24),
      ]);
      return [...head(type.members.length, type.bytes, flag), ...members];
    }
    case 'enum': {
      const isWide = kind === KIND.enum64;
      const values = type.values.flatMap(({ name: value, value: number }) => [
        strings.at(value),
        Number(BigInt.asUintN(32, number)),
        ...(isWide ? [Number(BigInt.asUintN(32, number >> 32n))] : []),
      ]);
      return [...head(type.values.length, type.bytes, type.isSigned), ...values];
    }
    case 'fwd':
      return head(0, 0, type.isUnion);
    case 'func':
      return head(LINKAGES.indexOf(type.linkage), type.type);
    case 'func_proto':
      return [
        ...head(type.params.length, type.ret),
        ...type.params.flatMap((param) => [strings.at(param.name), param.type]),
      ];
    case 'var':
      return [...head(0, type.type), LINKAGES.indexOf(type.linkage)];
    case 'datasec':
      return [
        ...head(type.vars.length, type.bytes),
        ...type.vars.flatMap(({ type: variable, off, bytes }) => [variable, off, bytes]),
      ];
    case 'decl_tag':
      return [...head(0, type.type, type.isAttribute === true), type.component];
    case 'type_tag':
      return head(0, type.type, type.isAttribute === true);
    default:
      return head(0, type.type);
  }
}

function kindNumber(type: BtfRecord): number {
  if (type.kind === 'enum' && type.bytes === 8) return KIND.enum64;
  return WIRE_KINDS.findIndex((row) => row?.kind === type.kind);
}
