// Definitions of types, as a compiler takes them.
import type { Btf, BtfRecord } from './btf.ts';
import { Layouts, type LayoutPart } from './c-layout.ts';
import { spelled, type CNames } from './c-names.ts';
import { aliasText, isWord } from './c-words.ts';
import { declTags, isStruct, plainType, skipModifiers } from './query.ts';
import { declaration, type TypeWords } from './text.ts';

/** Structs within structs that are written, and members and enumerators that are written again: types of a broken object may share parts without end. */
const LIMIT_NESTING = 64;
const LIMIT_LINES = 20_000;

/** Writes the types of one set of BTF. */
export class CWriter {
  private readonly btf: Btf;
  private readonly names: CNames;
  private readonly layouts: Layouts;
  /** Types that have been written, and lines of those that were written again. */
  private readonly written = new Set<number>();
  private lines = 0;
  private pads = 0;

  constructor(btf: Btf, names: CNames) {
    this.btf = btf;
    this.names = names;
    this.layouts = new Layouts(btf);
  }

  /** A type's definition, with the semicolon; of a function or variable its declaration. Empty for types that need none. */
  definition(id: number): string {
    const type = this.btf.type(id);
    switch (type.kind) {
      case 'struct':
      case 'union':
        return `${this.struct(id, type, 0, this.names.tag(id))};`;
      case 'enum':
        return `${this.enumText(id, type, 0)};`;
      case 'fwd':
        return `${this.tagged(id)};`;
      case 'typedef':
        return `typedef ${this.declaring(type.type, this.names.ident(id), 0)}${this.tags(id, -1)};`;
      case 'int':
      case 'float':
        return isWord(type) ? '' : aliasText(type, this.names.ident(id));
      case 'func':
        return `${this.declaring(type.type, spelled(type.name), 0)};`;
      case 'var':
        return `extern ${this.declaring(type.type, spelled(type.name), 0)};`;
      default:
        return '';
    }
  }

  /** 'struct foo;' in front of its definition. */
  forward(id: number): string {
    return `${this.tagged(id)};`;
  }

  private tagged(id: number): string {
    const type = this.btf.type(id);
    const word = type.kind === 'fwd' ? (type.isUnion ? 'union' : 'struct') : type.kind;
    return `${word} ${this.names.tag(id)}`;
  }

  private declaring(id: number, name: string, indent: number): string {
    return declaration(this.btf, id, name, this.wordsAt(indent));
  }

  private wordsAt(indent: number): TypeWords {
    return {
      type: (id) => this.typeWord(id, indent),
      param: (name) => (name === '' ? '' : spelled(name)),
      rest: 'void /* left out: too much */',
      tag: ({ name, isAttribute }) =>
        isAttribute === true
          ? `__attribute__((${attribute(name)}))`
          : `__attribute__((btf_type_tag(${quoted(name)})))`,
    };
  }

  private typeWord(id: number, indent: number): string {
    const type = this.btf.type(id);
    switch (type.kind) {
      case 'struct':
      case 'union':
        return type.name === '' ? this.struct(id, type, indent, '') : this.tagged(id);
      case 'enum':
        return type.name === '' ? this.enumText(id, type, indent) : this.tagged(id);
      case 'fwd':
        return this.tagged(id);
      case 'int':
      case 'float':
        return isWord(type) ? type.name : this.names.ident(id);
      case 'typedef':
        return this.names.ident(id);
      default:
        return 'void';
    }
  }

  private struct(
    id: number,
    { kind, members }: Extract<BtfRecord, { kind: 'struct' | 'union' }>,
    indent: number,
    name: string,
  ): string {
    const head = name === '' ? kind : `${kind} ${name}`;
    if (indent > LIMIT_NESTING || this.isTooMuch(id, members.length))
      return `${head} { /* left out: too much */ }`;
    const { parts, isPacked } = this.layouts.of(id);
    const pad = unusedName(members.map((member) => member.name));
    const lines = this.partLines(id, parts, pad, indent + 1);
    if (lines.length === 0) return `${head} {}${this.tags(id, -1)}`;
    const packed = isPacked ? ' __attribute__((packed))' : '';
    return `${[`${head} {`, ...lines, `${tabs(indent)}}`].join('\n')}${packed}${this.tags(id, -1)}`;
  }

  private partLines(id: number, parts: readonly LayoutPart[], pad: string, indent: number): string[] {
    return parts.map((part) => `${tabs(indent)}${this.part(id, part, pad, indent)}`);
  }

  private part(id: number, part: LayoutPart, pad: string, indent: number): string {
    switch (part.kind) {
      case 'bits':
        return `${part.word}: ${part.bits};`;
      case 'bytes':
        return `unsigned char ${this.padName(pad)}[${part.bytes}];`;
      case 'member': {
        const { member, bits, index } = part;
        const tags = this.tags(id, index);
        if (member.name === '') return `${this.unnamed(member.type, pad, indent)}${tags};`;
        const width = bits === 0 ? '' : `: ${bits}`;
        return `${this.declaring(member.type, spelled(member.name), indent)}${width}${tags};`;
      }
      default: {
        const lines = this.partLines(id, part.parts, pad, indent + 1);
        return `${[`${part.kind} {`, ...lines, `${tabs(indent)}}`].join('\n')} __attribute__((packed));`;
      }
    }
  }

  /** An unnamed member: its own members belong to the struct around it. C has that for structs without a name only. */
  private unnamed(id: number, pad: string, indent: number): string {
    const type = plainType(this.btf, id);
    if (!isStruct(type)) return this.declaring(id, this.padName(pad), indent);
    const isInline = type.name !== '';
    return isInline
      ? this.struct(skipModifiers(this.btf, id), type, indent, '')
      : this.declaring(id, '', indent);
  }

  /** A new one each time: members of unnamed structs are those of the struct around them. */
  private padName(beginning: string): string {
    this.pads += 1;
    return `${beginning}${this.pads}`;
  }

  private isTooMuch(id: number, parts: number): boolean {
    if (this.written.has(id)) this.lines += 1 + parts;
    this.written.add(id);
    return this.lines > LIMIT_LINES;
  }

  private enumText(id: number, type: Extract<BtfRecord, { kind: 'enum' }>, indent: number): string {
    const name = type.name === '' ? '' : this.names.tag(id);
    const head = name === '' ? 'enum' : `enum ${name}`;
    if (this.isTooMuch(id, type.values.length)) return `${head} { ${this.names.enumerator('LEFT_OUT')} }`;
    // C has no enum without enumerators.
    const values = type.values.length === 0 ? [{ name: `${name}___none`, value: 0n }] : type.values;
    const lines = values.map(
      (one) => `${tabs(indent + 1)}${this.names.enumerator(one.name)} = ${number(one.value, type)},`,
    );
    const mode = MODES[type.bytes];
    const isWide =
      type.bytes === 8 &&
      values.some(({ value }) => BigInt.asIntN(32, value) !== value && BigInt.asUintN(32, value) !== value);
    const attributes = mode === undefined || isWide ? '' : ` __attribute__((mode(${mode})))`;
    return `${[`${head} {`, ...lines, `${tabs(indent)}}`].join('\n')}${attributes}${this.tags(id, -1)}`;
  }

  private tags(id: number, component: number): string {
    return declTags(this.btf, id, component)
      .map((tag) => ` __attribute__((btf_decl_tag(${quoted(tag)})))`)
      .join('');
  }
}

/** Modes of enums that are not as large as an int. */
const MODES: Readonly<Record<number, string>> = { 1: 'QI', 2: 'HI', 8: 'DI' };

/** As a constant that is as large as the enum. */
function number(value: bigint, { bytes, isSigned }: Extract<BtfRecord, { kind: 'enum' }>): string {
  if (bytes < 8) return String(value);
  if (!isSigned) return `${BigInt.asUintN(64, value)}ULL`;
  return value === -(1n << 63n) ? '(-9223372036854775807LL - 1)' : `${value}LL`;
}

/** A beginning that no member's name has. */
function unusedName(names: readonly string[]): string {
  let name = '__pad';
  while (names.some((other) => other.startsWith(name))) name += '_';
  return name;
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll(/[^\x20-\x7e]/g, '?')}"`;
}

/** What may stand between the brackets of an attribute: words, numbers, texts. */
function attribute(text: string): string {
  return /^\w+(\([\w, "]*\))?$/.test(text) ? text : `btf_type_tag(${quoted(text)})`;
}

function tabs(count: number): string {
  return '\t'.repeat(count);
}
