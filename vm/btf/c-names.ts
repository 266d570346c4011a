// Names for the types of a set of BTF that C can tell apart: one tag and one identifier is for one type, whatever the types are called.
import type { Btf } from './btf.ts';
import { nameOf } from './query.ts';

/** Words that C has for itself, and names that compilers have taken. */
const TAKEN: ReadonlySet<string> = new Set(
  [
    'auto break case char const continue default do double else enum extern float for goto if inline int long register restrict return',
    'short signed sizeof static struct switch typedef union unsigned void volatile while asm typeof',
    '_Alignas _Alignof _Atomic _Bool _Complex _Generic _Imaginary _Noreturn _Static_assert _Thread_local _BitInt __int128',
  ].flatMap((line) => line.split(' ')),
);

/** Types that compilers declare by themselves: another's need not be of the same size. */
const BUILT_IN = ['__builtin_va_list', '__builtin_ms_va_list'];

/** A name as C can spell it: of letters, digits and underscores, and no word of its own. */
export function spelled(name: string): string {
  const letters = name.replaceAll(/\W/g, '_').replace(/^(?=\d)/, '_');
  return TAKEN.has(letters) ? `${letters}_` : letters;
}

/** The names of the types of one text. A name that is taken gets a number as its flavour: 'foo___2'. */
export class CNames {
  private readonly btf: Btf;
  private readonly tags = new Map<string, number>();
  private readonly idents = new Map(BUILT_IN.map((name) => [name, 1]));
  private readonly known = new Map<number, string>();
  private readonly declared = new Map<string, string>();

  constructor(btf: Btf) {
    this.btf = btf;
  }

  /** Of a struct, union or enum, the same whenever it is asked for. A declaration without members goes by the name of the first struct of its kind. */
  tag(id: number): string {
    const known = this.known.get(id);
    if (known !== undefined) return known;
    const type = this.btf.type(id);
    const key = (kind: string): string => `${kind} ${nameOf(type)}`;
    const word = type.kind === 'fwd' ? (type.isUnion ? 'union' : 'struct') : type.kind;
    const first = this.declared.get(key(word));
    if (type.kind === 'fwd') {
      const defined = first ?? this.btf.find(type.isUnion ? 'union' : 'struct', type.name);
      if (defined !== undefined) return typeof defined === 'string' ? defined : this.tag(defined);
    }
    const name = fresh(this.tags, spelled(nameOf(type)));
    if (first === undefined) this.declared.set(key(word), name);
    this.known.set(id, name);
    return name;
  }

  /** Of a typedef, or a number's type that C has no word for. */
  ident(id: number, name = nameOf(this.btf.type(id))): string {
    const known = this.known.get(id);
    if (known !== undefined) return known;
    const ident = fresh(this.idents, spelled(name));
    this.known.set(id, ident);
    return ident;
  }

  /** Of an enumerator, a new one each time: an enum without a name stands wherever it is used. */
  enumerator(name: string): string {
    return fresh(this.idents, spelled(name));
  }
}

function fresh(taken: Map<string, number>, name: string): string {
  let times = (taken.get(name) ?? 0) + 1;
  let free = times === 1 ? name : `${name}___${times}`;
  while (times > 1 && taken.has(free)) {
    times += 1;
    free = `${name}___${times}`;
  }
  taken.set(name, times);
  if (free !== name) taken.set(free, 1);
  return free;
}
