// Numbers of C on the BPF target: which words name which sizes.
import type { Btf, BtfRecord } from './btf.ts';

/** Bytes of the words that compilers know there. @see clang's TargetInfo of BPF */
// oxfmt-ignore
const WORDS: ReadonlyMap<string, number> = new Map([
  ['_Bool', 1],
  ['char', 1], ['signed char', 1], ['unsigned char', 1],
  ...spellings('short', 2), ...spellings('int', 4), ...spellings('long', 8), ...spellings('long long', 8),
  ['signed', 4], ['unsigned', 4],
  ['__int128', 16], ['unsigned __int128', 16], ['__int128 unsigned', 16],
  ['float', 4], ['double', 8], ['long double', 8],
]);

function spellings(word: string, bytes: number): [string, number][] {
  const full = word === 'int' ? [word] : [word, `${word} int`];
  const all = full.flatMap((name) => [name, `signed ${name}`, `unsigned ${name}`]);
  const split = word === 'int' ? [] : [`${word} unsigned int`, `${word} signed int`, `${word} unsigned`];
  return [...all, ...split].map((name) => [name, bytes]);
}

type Num = Extract<BtfRecord, { kind: 'int' | 'float' }>;

/** True for a number's type that stands by its own name. */
export function isWord(type: Num): boolean {
  return WORDS.get(type.name) === type.bytes;
}

const SIGNED: Readonly<Record<number, string>> = {
  1: 'signed char',
  2: 'short',
  4: 'int',
  8: 'long long',
  16: '__int128',
};
const UNSIGNED: Readonly<Record<number, string>> = {
  1: 'unsigned char',
  2: 'unsigned short',
  4: 'unsigned int',
  8: 'unsigned long long',
  16: 'unsigned __int128',
};

/** Declares `name` to be as large as a number's type that C has no word for. */
export function aliasText(type: Num, name: string): string {
  const isSigned = type.kind === 'float' || type.isSigned;
  const word = (isSigned ? SIGNED : UNSIGNED)[type.bytes];
  return word === undefined ? `typedef unsigned char ${name}[${type.bytes}];` : `typedef ${word} ${name};`;
}

/** Bytes that a value of a type is aligned to, where the type itself says nothing of it. */
export function alignOfNumber(btf: Btf, id: number): number {
  const type = btf.type(id);
  if (type.kind === 'ptr') return 8;
  if (type.kind === 'enum') return Math.max(1, type.bytes);
  if (type.kind !== 'int' && type.kind !== 'float') return 1;
  return type.bytes in SIGNED ? type.bytes : 1;
}
