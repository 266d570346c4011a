// Types as C writes them, for tables: 'const struct path *', 'char[16]', 'struct css_set __rcu *', 'int (*)(struct file *, unsigned int)'.
import type { BtfRecord } from './btf.ts';

/** What parts of a type become. */
export interface TypeMaker {
  /** Id of a type that has a name of its own: 'u32', 'long unsigned int', 'void'. */
  named(name: string): number;
  tagged(kind: TagKind, name: string): number;
  /** Id of a type that is made of another. */
  wrap(record: BtfRecord): number;
}

/** Kinds whose names stand behind a word of their own. */
export type TagKind = 'struct' | 'union' | 'enum';

const TOKENS = /[A-Za-z_]\w*|\(\*\)|\*|\[\d+\]|[(),]|\.\.\./g;
const QUALIFIERS = ['const', 'volatile'] as const;

/** Id of a type. `__TAG` behind it is a type tag, an array is read from the right. Throws RangeError for text that is no type. */
export function parseType(text: string, make: TypeMaker): number {
  const tokens = text.match(TOKENS) ?? [];
  if (tokens.join('') !== text.replaceAll(/\s/g, '')) throw new RangeError(`no type: ${text}`);
  const reader = new TypeReader(text, tokens, make);
  const id = reader.type();
  if (reader.next !== undefined) throw new RangeError(`no type: ${text}`);
  return id;
}

class TypeReader {
  private readonly text: string;
  private readonly tokens: readonly string[];
  private readonly make: TypeMaker;
  private at = 0;

  constructor(text: string, tokens: readonly string[], make: TypeMaker) {
    this.text = text;
    this.tokens = tokens;
    this.make = make;
  }

  get next(): string | undefined {
    return this.tokens[this.at];
  }

  type(): number {
    let id = this.pointers(this.base());
    const dims: string[] = [];
    for (; this.next?.startsWith('[') === true; this.at += 1) dims.push(this.next);
    for (const dim of dims.toReversed()) {
      const index = this.make.named('unsigned int');
      id = this.make.wrap({ kind: 'array', type: id, index, count: Number(dim.slice(1, -1)) });
    }
    return this.next === '(*)' ? this.pointerToFunction(id) : id;
  }

  /** A named type with what stands before it. */
  private base(): number {
    const qualifiers = QUALIFIERS.filter((word) => {
      const isHere = this.next === word;
      if (isHere) this.at += 1;
      return isHere;
    });
    let id: number;
    const first = this.next ?? '';
    if (first === 'struct' || first === 'union' || first === 'enum') {
      const name = this.tokens[this.at + 1] ?? '';
      if (!/^[A-Za-z_]/.test(name)) throw new RangeError(`no type: ${this.text}`);
      id = this.make.tagged(first, name);
      this.at += 2;
    } else {
      const start = this.at;
      // The first word is the type's even when it begins with two underscores; behind it such words are tags.
      while (this.isName(this.at > start)) this.at += 1;
      if (this.at === start) throw new RangeError(`no type: ${this.text}`);
      id = this.make.named(this.tokens.slice(start, this.at).join(' '));
    }
    for (const kind of qualifiers.toReversed()) id = this.make.wrap({ kind, type: id });
    return id;
  }

  private isName(isBehind: boolean): boolean {
    const token = this.next ?? '';
    if (!/^[A-Za-z_]/.test(token) || token === 'const') return false;
    return !isBehind || !token.startsWith('__');
  }

  private pointers(base: number): number {
    let id = base;
    for (; this.next !== undefined; this.at += 1) {
      if (this.next === '*') id = this.make.wrap({ kind: 'ptr', type: id });
      else if (this.next === 'const') id = this.make.wrap({ kind: 'const', type: id });
      else if (this.next.startsWith('__')) {
        id = this.make.wrap({ kind: 'type_tag', name: this.next.slice(2), type: id, isAttribute: false });
      } else break;
    }
    return id;
  }

  /** 'RET (*)(PARAM, ...)': the parameters have no names. */
  private pointerToFunction(ret: number): number {
    this.take('(*)');
    this.take('(');
    const params: { name: string; type: number }[] = [];
    while (this.next !== ')') {
      if (params.length > 0) this.take(',');
      if (this.next === '...') this.at += 1;
      params.push({ name: '', type: this.tokens[this.at - 1] === '...' ? 0 : this.type() });
    }
    this.take(')');
    const isVoid = params.length === 1 && params[0]!.type === 0;
    const type = this.make.wrap({ kind: 'func_proto', ret, params: isVoid ? [] : params });
    return this.make.wrap({ kind: 'ptr', type });
  }

  private take(token: string): void {
    if (this.next !== token) throw new RangeError(`no type: ${this.text}`);
    this.at += 1;
  }
}
