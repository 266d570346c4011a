// What a loader writes into maps: the data that they begin with, maps into maps of maps, programs into prog_arrays.
import type { BpfMap, Prog } from './api.ts';
import { ERRNO, errnoText } from './errno.ts';
import { LoadError } from './load-error.ts';
import type { InnerMapSpec, SlotSpec } from './object.ts';

/** Writes the data that a map begins with and freezes it, as its spec says. Throws LoadError. */
export function fillMap(map: BpfMap): void {
  const { name, type, valueSize, data, frozen } = map.spec;
  if (data !== undefined) {
    if (data.length > valueSize) {
      throw new LoadError('map', name, `the value is ${valueSize} bytes long, and its data ${data.length}`);
    }
    const value = new Uint8Array(valueSize);
    value.set(data);
    const errno = map.update(u32Bytes(0), value, 0);
    if (errno !== 0) {
      throw new LoadError('map', name, `a ${type} does not take data: ${errnoText(errno)}`, { errno });
    }
  }
  const errno = frozen === true ? map.freeze() : 0;
  if (errno !== 0) throw new LoadError('map', name, `it cannot be frozen: ${errnoText(errno)}`, { errno });
}

/** Puts a map into a slot of a map of maps. Throws LoadError. */
export function fillInner({ map, key, inner }: InnerMapSpec, maps: ReadonlyMap<string, BpfMap>): void {
  const outer = maps.get(map);
  const target = maps.get(inner);
  if (outer === undefined) throw new LoadError('slot', map, `there is no such map for the map ${inner}`);
  if (target === undefined) throw new LoadError('slot', map, `there is no map ${inner} to put into it`);
  const { type, maxEntries } = outer.spec;
  if (type !== 'array_of_maps' && type !== 'hash_of_maps') {
    throw new LoadError(
      'slot',
      map,
      `maps are put into array_of_maps and hash_of_maps, and this is a ${type}`,
    );
  }
  const errno = outer.update(key, u32Bytes(target.fd), 0);
  if (errno === 0) return;
  const rule =
    errno === -ERRNO.E2BIG
      ? `the map has ${maxEntries} slots`
      : 'the inner map must be like the one that the map was made for';
  throw new LoadError('slot', map, `it does not take map ${inner}: ${errnoText(errno)}, ${rule}`, { errno });
}

/** Puts a program into a slot of a prog_array. Throws LoadError. */
export function fillSlot(slot: SlotSpec, maps: ReadonlyMap<string, BpfMap>, progs: readonly Prog[]): void {
  const { index } = slot;
  const map = maps.get(slot.map);
  const prog = progs.find(({ spec }) => spec.name === slot.prog);
  if (map === undefined) throw new LoadError('slot', slot.map, `there is no such map for slot ${index}`);
  if (prog === undefined) {
    throw new LoadError('slot', slot.map, `slot ${index} wants program ${slot.prog}, which is not there`);
  }
  const { type, maxEntries } = map.spec;
  if (type !== 'prog_array') {
    throw new LoadError('slot', slot.map, `slots are of a prog_array, and this is a ${type}`);
  }
  const errno = map.update(u32Bytes(index), u32Bytes(prog.fd), 0);
  if (errno === 0) return;
  const reason =
    errno === -ERRNO.E2BIG
      ? `the map has ${maxEntries} slots`
      : 'the map belongs to programs of another kind';
  const text = `slot ${index} does not take program ${slot.prog}: ${errnoText(errno)}, ${reason}`;
  throw new LoadError('slot', slot.map, text, { errno });
}

function u32Bytes(value: number): Uint8Array {
  return Uint8Array.of(value, value >> 8, value >> 16, value >> 24);
}
