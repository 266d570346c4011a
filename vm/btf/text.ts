// Types as C writes them, in short: 'struct task_struct *', 'char[16]', 'int (*)(void *, int)'.
import type { Btf } from './btf.ts';

/** How deep pointers, arrays and functions may lie in each other before the rest is left out. */
const LIMIT_DEPTH = 16;

/** A type as C writes it, with a name where it declares something: `declaration(btf, id, 'comm')` is 'char comm[16]'. Structs stand by their names. */
export function declaration(btf: Btf, id: number, name = ''): string {
  return declare(btf, id, name, 0);
}

/** Wraps what has been read of a declaration so far, from the name outwards. */
function declare(btf: Btf, id: number, inner: string, depth: number): string {
  if (depth > LIMIT_DEPTH) return join('...', inner);
  const type = btf.type(id);
  switch (type.kind) {
    case 'void':
      return join('void', inner);
    case 'ptr':
      return declare(btf, type.type, `*${inner}`, depth + 1);
    case 'array':
      return declare(btf, type.type, `${inParens(inner)}[${type.count}]`, depth + 1);
    case 'const':
    case 'volatile':
    case 'restrict':
      return btf.type(type.type).kind === 'ptr'
        ? declare(btf, type.type, join(type.kind, inner), depth + 1)
        : join(type.kind, declare(btf, type.type, inner, depth + 1));
    case 'type_tag':
      return declare(btf, type.type, join(`__${type.name}`, inner), depth + 1);
    case 'func':
      return declare(btf, type.type, type.name, depth + 1);
    case 'func_proto': {
      const params = type.params.map((param) =>
        param.type === 0 ? '...' : declare(btf, param.type, param.name, depth + 1),
      );
      const list = params.length === 0 ? 'void' : params.join(', ');
      return declare(btf, type.ret, `${inParens(inner)}(${list})`, depth + 1);
    }
    case 'var':
      return declare(btf, type.type, type.name, depth + 1);
    case 'decl_tag':
      return declare(btf, type.type, inner, depth + 1);
    case 'struct':
    case 'union':
    case 'enum':
      return join(`${type.kind} ${type.name === '' ? '{ ... }' : type.name}`, inner);
    case 'fwd':
      return join(`${type.isUnion ? 'union' : 'struct'} ${type.name}`, inner);
    case 'datasec':
      return join(`section ${type.name}`, inner);
    default:
      return join(type.name, inner);
  }
}

/** A pointer to an array or a function is bound tighter than what follows it. */
function inParens(inner: string): string {
  return inner.startsWith('*') ? `(${inner})` : inner;
}

function join(left: string, right: string): string {
  return right === '' || right.startsWith('[') ? left + right : `${left} ${right}`;
}
