// Directives of object texts: which there are, and how `.map` and `.slot` are read.
import { MAP_FLAGS, MAP_TYPES, mapTypeRow, type MapFlagName } from '../maps/types.ts';
import type { MapSpec } from '../object.ts';
import { refuse, type Place } from './errors.ts';
import { didYouMean } from './suggest.ts';
import type { TokenCursor } from './token-cursor.ts';
import type { Token } from './tokens.ts';

/** Directives that say nothing a program needs. All of `.cfi_*` too. */
export const IGNORED = new Set(
  '.globl .global .weak .hidden .size .p2align .align .balign .file .loc .ident .addrsig .addrsig_sym'.split(
    ' ',
  ),
);
/** Data directives: read over where data is. */
export const DATA = new Set(
  '.byte .short .2byte .long .4byte .quad .8byte .octa .uleb128 .sleb128 .zero .skip .ascii .asciz .string'.split(
    ' ',
  ),
);
/** All names, for hints. */
export const DIRECTIVES = [
  '.section',
  '.text',
  '.map',
  '.slot',
  '.license',
  '.equ',
  '.set',
  '.type',
  '.quad',
  ...IGNORED,
];
const MAP_KEYS = ['key', 'value', 'entries', 'flags'];
const U32_MAX = 0xffff_ffff;

/** A map and the place of its name. */
export interface MapDraft {
  readonly spec: MapSpec;
  readonly place: Place;
}

/** A `.slot` line: which program goes where. Names are not resolved yet. */
export interface SlotDraft {
  readonly map: Token;
  readonly index: bigint;
  readonly prog: Token;
}

/** Reads `progs prog_array key=4 value=4 entries=1024 flags=0`; flags may be left out, or be names as in `no_prealloc|rdonly_prog`. */
export function readMap(place: Place, cursor: TokenCursor): MapDraft {
  const name = readWord(cursor, 'a name');
  const type = readWord(cursor, 'a map type');
  if (mapTypeRow(type.text) === undefined) {
    refuse(type, 'expected', ['a map type', type.text], didYouMean(type.text, Object.keys(MAP_TYPES)));
  }
  const values = new Map<string, number>();
  while (!cursor.done) {
    const key = readWord(cursor, 'key=, value=, entries= or flags=');
    if (!MAP_KEYS.includes(key.text)) {
      refuse(key, 'bad-key', ['.map', key.text], didYouMean(key.text, MAP_KEYS));
    }
    cursor.expect('=');
    const at = cursor.peek();
    const value = key.text === 'flags' ? readFlags(cursor) : cursor.expression();
    if (value < 0n || value > U32_MAX) refuse(at, 'key-range', [key.text, value, 0, U32_MAX]);
    values.set(key.text, Number(value));
  }
  const need = (key: string): number => values.get(key) ?? refuse(place, 'missing-key', ['.map', key]);
  const spec = {
    name: name.text,
    type: type.text,
    keySize: need('key'),
    valueSize: need('value'),
    maxEntries: need('entries'),
    flags: values.get('flags') ?? 0,
  };
  return { spec, place: name };
}

/** A number, or names of MAP_FLAGS, joined by |. */
function readFlags(cursor: TokenCursor): bigint {
  let bits = 0n;
  do {
    const token = cursor.peek();
    if (token.kind !== 'word' || cursor.isConstant(token)) {
      bits |= cursor.expression();
      continue;
    }
    cursor.next();
    if (!Object.hasOwn(MAP_FLAGS, token.text)) {
      refuse(token, 'expected', ['a map flag', token.text], didYouMean(token.text, Object.keys(MAP_FLAGS)));
    }
    bits |= BigInt(MAP_FLAGS[token.text as MapFlagName].bit); // hasOwn has just checked the name
  } while (cursor.accept('|'));
  return bits;
}

/** Reads `progs 1 bpf_prog2`. */
export function readSlot(cursor: TokenCursor): SlotDraft {
  const map = readWord(cursor, 'a map');
  const index = cursor.expression();
  return { map, index, prog: readWord(cursor, 'a program') };
}

/** The next token, which must be a word; `what` says of which kind. */
export function readWord(cursor: TokenCursor, what: string): Token {
  const token = cursor.next();
  if (token.kind === 'word') return token;
  return refuse(token, 'expected', [what, token.text === '' ? 'the end of the line' : token.text]);
}

/** Text of a string token without a NUL at its end. */
export function textOf(token: Token): string {
  return Array.from(token.bytes, (byte) => String.fromCharCode(byte))
    .join('')
    .replace(/\0$/, '');
}
