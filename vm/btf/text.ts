// Types as C writes them, in short: 'struct task_struct *', 'char[16]', 'int (*)(void *, int)'.
import type { Btf, BtfRecord } from './btf.ts';

/** How deep pointers, arrays and functions may lie in each other, and how many of them there may be, before the rest is left out. */
const LIMIT_DEPTH = 64;
const LIMIT_PARTS = 4096;

/** How the parts of a declaration are written. */
export interface TypeWords {
  /** A type that stands by its name, or by its members: 'struct task_struct', 'u32'. */
  type(id: number): string;
  /** The name of a func_proto's parameter. */
  param(name: string): string;
  tag(tag: Extract<BtfRecord, { kind: 'type_tag' }>): string;
  /** Stands for what is left out. */
  readonly rest: string;
}

/** A type as C writes it, with a name where it declares something: `declaration(btf, id, 'comm')` is 'char comm[16]'. Structs stand by their names. */
export function declaration(btf: Btf, id: number, name = '', words = shortWords(btf)): string {
  return declare({ btf, words, parts: 0 }, id, name, 0);
}

/** One declaration that is being written. */
interface Writing {
  readonly btf: Btf;
  readonly words: TypeWords;
  parts: number;
}

/** Wraps what has been read of a declaration so far, from the name outwards. */
function declare(writing: Writing, id: number, inner: string, depth: number): string {
  const { btf, words } = writing;
  writing.parts += 1;
  if (depth > LIMIT_DEPTH || writing.parts > LIMIT_PARTS) return join(words.rest, inner);
  const type = btf.type(id);
  const next = (at: number, text: string): string => declare(writing, at, text, depth + 1);
  switch (type.kind) {
    case 'ptr':
      return next(type.type, `*${inner}`);
    case 'array':
      return next(type.type, `${inParens(inner)}[${type.count}]`);
    case 'const':
    case 'volatile':
    case 'restrict':
      if (isOfArrayOf(btf, type.type, type.kind)) return next(type.type, inner);
      return isOfPointer(btf, type.type)
        ? next(type.type, join(type.kind, inner))
        : join(type.kind, next(type.type, inner));
    case 'type_tag':
      return next(type.type, join(words.tag(type), inner));
    case 'func':
      return next(type.type, type.name);
    case 'func_proto':
      return next(type.ret, `${inParens(inner)}(${paramList(writing, type.params, depth)})`);
    case 'var':
      return next(type.type, type.name);
    case 'decl_tag':
      return next(type.type, inner);
    default:
      return join(words.type(id), inner);
  }
}

/** A parameter of no type stands for all that follow; alone, C has no way to say more than that nothing is known. */
function paramList(
  writing: Writing,
  params: Extract<BtfRecord, { kind: 'func_proto' }>['params'],
  depth: number,
): string {
  if (params.length === 0) return 'void';
  if (params.length === 1 && params[0]!.type === 0) return '';
  const texts = params.map(({ name, type }) =>
    type === 0 ? '...' : declare(writing, type, writing.words.param(name), depth + 1),
  );
  return texts.join(', ');
}

/** What 'const' stands behind the asterisk for: a pointer, other modifiers in between or not. */
function isOfPointer(btf: Btf, id: number): boolean {
  let type = btf.type(id);
  while (type.kind === 'const' || type.kind === 'volatile' || type.kind === 'restrict') {
    type = btf.type(type.type);
  }
  return type.kind === 'ptr';
}

/** An array is constant when its elements are: BTF may say both. */
function isOfArrayOf(btf: Btf, id: number, kind: BtfRecord['kind']): boolean {
  let type = btf.type(id);
  if (type.kind !== 'array') return false;
  while (type.kind === 'array') type = btf.type(type.type);
  return type.kind === kind;
}

/** The words of declarations that are read and not compiled. */
function shortWords(btf: Btf): TypeWords {
  return {
    type: (id) => shortName(btf.type(id)),
    param: (name) => name,
    tag: ({ name }) => `__${name}`,
    rest: '...',
  };
}

function shortName(type: BtfRecord): string {
  switch (type.kind) {
    case 'struct':
    case 'union':
    case 'enum':
      return `${type.kind} ${type.name === '' ? '{ ... }' : type.name}`;
    case 'fwd':
      return `${type.isUnion ? 'union' : 'struct'} ${type.name}`;
    case 'datasec':
      return `section ${type.name}`;
    default:
      return 'name' in type ? type.name : 'void';
  }
}

/** A pointer to an array or a function is bound tighter than what follows it. */
function inParens(inner: string): string {
  return inner.startsWith('*') ? `(${inner})` : inner;
}

function join(left: string, right: string): string {
  return right === '' || right.startsWith('[') ? left + right : `${left} ${right}`;
}
