// Maps of maps: what `inner=` and `.inner` name.
import type { InnerMapSpec, MapSpec } from '../object.ts';
import { refuse, type ProblemList } from './errors.ts';
import type { InnerDraft, MapDraft } from './map-directive.ts';
import { didYouMean } from './suggest.ts';

/** Longest key of a map: more does not fit on the stack of a program. */
const LIMIT_KEY_BYTES = 512;
/** Types whose values are maps. */
const OF_MAPS: ReadonlySet<string> = new Set(['array_of_maps', 'hash_of_maps']);

/** Specs of the maps, with what their inner maps are like: another map, or one of `templates`. */
export function linkMaps(
  maps: ReadonlyMap<string, MapDraft>,
  templates: ReadonlyMap<string, MapDraft>,
  problems: ProblemList,
): MapSpec[] {
  return [...maps.values()].map(({ spec, inner }) => {
    if (inner === undefined) return spec;
    const linked = problems.attempt((): MapSpec => {
      const like = templates.get(inner.text) ?? maps.get(inner.text);
      if (like === undefined) {
        const names = [...templates.keys(), ...maps.keys()];
        return refuse(inner, 'unknown-map', [inner.text], didYouMean(inner.text, names));
      }
      if (!OF_MAPS.has(spec.type)) refuse(inner, 'not-of-maps', [spec.name, spec.type]);
      if (like.inner !== undefined) refuse(inner, 'inner-depth', [inner.text]);
      return { ...spec, inner: like.spec };
    });
    return linked ?? spec;
  });
}

/** What the `.inner` lines put into maps. */
export function fillInners(
  drafts: readonly InnerDraft[],
  maps: ReadonlyMap<string, MapDraft>,
  problems: ProblemList,
): InnerMapSpec[] {
  const lines = new Map<string, number>();
  return drafts.flatMap(({ map, key, inner }) => {
    const spec = problems.attempt((): InnerMapSpec => {
      const outer = maps.get(map.text)?.spec;
      if (outer === undefined) {
        return refuse(map, 'unknown-map', [map.text], didYouMean(map.text, maps.keys()));
      }
      if (!OF_MAPS.has(outer.type)) refuse(map, 'not-of-maps', [map.text, outer.type]);
      if (!maps.has(inner.text)) {
        refuse(inner, 'unknown-map', [inner.text], didYouMean(inner.text, maps.keys()));
      }
      const bytes = keyBytes(key, outer);
      const slot = `${map.text} ${bytes.join(' ')}`;
      const earlier = lines.get(slot);
      if (earlier !== undefined) refuse(key.place, 'slot-twice', [map.text, key.text, earlier]);
      lines.set(slot, key.place.line);
      return { map: map.text, key: bytes, inner: inner.text };
    });
    return spec === undefined ? [] : [spec];
  });
}

/** A key in the size of the map's keys. */
function keyBytes(
  { value, bytes, place }: InnerDraft['key'],
  { name, type, keySize, maxEntries }: MapSpec,
): Uint8Array {
  if (bytes !== undefined && bytes.length > keySize) refuse(place, 'string-length', [bytes.length, keySize]);
  if (type === 'array_of_maps' && bytes === undefined && (value < 0n || value >= maxEntries)) {
    refuse(place, 'slot-range', [value, maxEntries]);
  }
  if (keySize > LIMIT_KEY_BYTES) refuse(place, 'key-range', ['key', BigInt(keySize), 1, LIMIT_KEY_BYTES]);
  const bits = BigInt(8 * keySize);
  if (value < -(1n << bits) / 2n || value >= 1n << bits) refuse(place, 'key-size', [value, name, keySize]);
  const key = Uint8Array.from({ length: keySize }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
  key.set(bytes ?? []);
  return key;
}
