// Types as C writes them, for tables: 'const struct path *', 'char[16]', 'struct css_set __rcu *'. Neither functions nor brackets.
import type { BtfRecord } from './btf.ts';

/** What parts of a type become. */
export interface TypeMaker {
  /** Id of a type that has a name of its own: 'u32', 'long unsigned int', 'void'. */
  named(name: string): number;
  struct(kind: 'struct' | 'union', name: string): number;
  /** Id of a type that is made of another. */
  wrap(record: BtfRecord): number;
}

const TOKENS = /[A-Za-z_]\w*|\*|\[\d+\]/g;

/** Id of a type. `__TAG` behind it is a type tag, an array is read from the right. Throws RangeError for text that is no type. */
export function parseType(text: string, make: TypeMaker): number {
  const tokens = text.match(TOKENS) ?? [];
  if (tokens.join('') !== text.replaceAll(/\s/g, '')) throw new RangeError(`no type: ${text}`);
  let at = 0;
  const isConst = tokens[at] === 'const';
  if (isConst) at += 1;
  const first = tokens[at] ?? '';
  let id: number;
  if (first === 'struct' || first === 'union') {
    id = make.struct(first, tokens[at + 1] ?? '');
    at += 2;
  } else {
    const start = at;
    while (/^([A-Za-z]\w*|_Bool)$/.test(tokens[at] ?? '') && tokens[at] !== 'const') at += 1;
    id = make.named(tokens.slice(start, at).join(' '));
  }
  if (isConst) id = make.wrap({ kind: 'const', type: id });
  const rest = tokens.slice(at);
  for (const token of rest.filter((one) => !one.startsWith('['))) {
    if (token === '*') id = make.wrap({ kind: 'ptr', type: id });
    else if (token === 'const') id = make.wrap({ kind: 'const', type: id });
    else if (token.startsWith('__')) {
      id = make.wrap({ kind: 'type_tag', name: token.slice(2), type: id, isAttribute: false });
    } else throw new RangeError(`no type: ${text}`);
  }
  for (const token of rest.filter((one) => one.startsWith('[')).toReversed()) {
    const index = make.named('unsigned int');
    id = make.wrap({ kind: 'array', type: id, index, count: Number(token.slice(1, -1)) });
  }
  return id;
}
