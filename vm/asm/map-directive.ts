// How `.map`, `.template` and `.inner` are read: maps, what inner maps are like, and which map goes into which.
import { MAP_FLAGS, MAP_TYPES, mapTypeRow, type MapFlagName } from '../maps/types.ts';
import { VALUE_FIELDS, type MapSpec, type ValueField, type ValueFieldKind } from '../object.ts';
import { readWord } from './directives.ts';
import { refuse, type Place } from './errors.ts';
import { didYouMean } from './suggest.ts';
import type { TokenCursor } from './token-cursor.ts';
import type { Token } from './tokens.ts';

/** Keys that take a number, with its bound. */
const U32_MAX = 0xffff_ffffn;
const NUMBER_KEYS = {
  key: U32_MAX,
  value: U32_MAX,
  entries: U32_MAX,
  flags: U32_MAX,
  extra: BigInt(Number.MAX_SAFE_INTEGER),
} as const satisfies Record<string, bigint>;
const MAP_KEYS = [...Object.keys(NUMBER_KEYS), 'inner', 'fields', 'frozen'];

/** A map and the place of its name. `inner` is the name of what its inner maps are like. */
export interface MapDraft {
  readonly spec: MapSpec;
  readonly place: Place;
  readonly inner: Token | undefined;
}

/** An `.inner` line: which map goes where. Names are not resolved yet. */
export interface InnerDraft {
  readonly map: Token;
  readonly key: {
    readonly value: bigint;
    readonly bytes: Uint8Array | undefined;
    readonly text: string;
    readonly place: Place;
  };
  readonly inner: Token;
}

/**
 * Reads `counts hash key=8 value=16 entries=64`, then `flags=no_prealloc|rdonly_prog`, `extra=3`, `inner=NAME`, `fields=spin_lock@0,timer@8`
 * and `frozen`, each of which may be missing.
 */
export function readMap(place: Place, cursor: TokenCursor): MapDraft {
  const name = readWord(cursor, 'a name');
  const type = readWord(cursor, 'a map type');
  if (mapTypeRow(type.text) === undefined) {
    refuse(type, 'expected', ['a map type', type.text], didYouMean(type.text, Object.keys(MAP_TYPES)));
  }
  const seen = new Set<string>();
  const values = new Map<string, number>();
  let inner: Token | undefined;
  let fields: readonly ValueField[] | undefined;
  let frozen = false;
  while (!cursor.done) {
    const key = readWord(cursor, 'key=, value=, entries= or flags=');
    if (key.text === 'frozen') {
      frozen = true;
      continue;
    }
    if (!MAP_KEYS.includes(key.text)) {
      refuse(key, 'bad-key', ['.map', key.text], didYouMean(key.text, MAP_KEYS));
    }
    if (seen.has(key.text)) refuse(key, 'key-twice', ['.map', key.text]);
    seen.add(key.text);
    cursor.expect('=');
    if (key.text === 'inner') inner = readWord(cursor, 'a map');
    else if (key.text === 'fields') fields = readFields(cursor);
    else values.set(key.text, readNumber(cursor, key.text as keyof typeof NUMBER_KEYS)); // MAP_KEYS has no others
  }
  const need = (key: string): number => values.get(key) ?? refuse(place, 'missing-key', ['.map', key]);
  const extra = values.get('extra');
  const spec: MapSpec = {
    name: name.text,
    type: type.text,
    keySize: need('key'),
    valueSize: need('value'),
    maxEntries: need('entries'),
    flags: values.get('flags') ?? 0,
    ...(extra === undefined ? {} : { extra }),
    ...(fields === undefined ? {} : { fields }),
    ...(frozen ? { frozen } : {}),
  };
  return { spec, place: name, inner };
}

function readNumber(cursor: TokenCursor, key: keyof typeof NUMBER_KEYS): number {
  const place = cursor.peek();
  const value = key === 'flags' ? readFlags(cursor) : cursor.expression();
  const max = NUMBER_KEYS[key];
  if (value < 0n || value > max) refuse(place, 'key-range', [key, value, 0, Number(max)]);
  return Number(value);
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

/** Reads `spin_lock@0,timer@8,kptr@24:task_struct,list_head@32:node:link`. Throws AsmError. */
export function readFields(cursor: TokenCursor): ValueField[] {
  const fields: ValueField[] = [];
  do {
    const kind = readWord(cursor, 'a kind of field');
    if (!Object.hasOwn(VALUE_FIELDS, kind.text)) {
      const kinds = Object.keys(VALUE_FIELDS);
      refuse(kind, 'expected', ['a kind of field', kind.text], didYouMean(kind.text, kinds));
    }
    cursor.expect('@');
    const place = cursor.peek();
    const off = cursor.expression();
    if (off < 0n || off > U32_MAX) refuse(place, 'key-range', ['offset', off, 0, Number(U32_MAX)]);
    const target: string[] = [];
    while (cursor.accept(':')) target.push(readWord(cursor, 'the name of a type').text);
    fields.push({
      kind: kind.text as ValueFieldKind, // hasOwn has just checked it
      off: Number(off),
      ...(target.length === 0 ? {} : { target: target.join(':') }),
    });
  } while (cursor.accept(','));
  return fields;
}

/** Reads `outer 3 inner_map`, `outer "eth0" inner_map`: the key is a number, little endian, or bytes. */
export function readInner(cursor: TokenCursor): InnerDraft {
  const map = readWord(cursor, 'a map');
  const place = cursor.peek();
  const bytes = place.kind === 'string' ? cursor.next().bytes : undefined;
  const value = bytes === undefined ? cursor.expression() : 0n;
  return {
    map,
    key: { value, bytes, text: bytes === undefined ? String(value) : place.text, place },
    inner: readWord(cursor, 'a map'),
  };
}
