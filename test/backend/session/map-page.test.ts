// What a page shows of maps of each kind: values of each CPU, slots that are filled, entries that cannot be read by key.
import { expect, test } from 'vitest';
import { countEntries, readMapPage } from '../../../backend/session/map-page.ts';
import { fromU64s, loadText, rig, u32 } from '../../support/machine.ts';
import type { BpfMap, LoadedObject } from '../../../vm/index.ts';

function mapsOf(maps: string): { object: LoadedObject; map: BpfMap } {
  const object = loadText(rig().machine, `${maps}\n.section "socket"\nmain:\nr0 = 0\nexit`);
  return { object, map: object.maps[0]! };
}

test.each(['percpu_array', 'percpu_hash', 'lru_percpu_hash'])('a %s shows the value of each CPU', (type) => {
  const { object, map } = mapsOf(`.map m ${type} key=4 value=8 entries=2`);
  expect(map.update(u32(1), fromU64s(3n, 4n), 0)).toBe(0);
  const row = readMapPage(object, 'm', 0, 10).rows.find(({ key }) => key === '1');
  expect(row?.value).toEqual(['3', '4']);
});

test('an array of maps has as many entries as slots are filled', () => {
  const { object, map } = mapsOf(
    '.map m array_of_maps key=4 value=4 entries=8 inner=in\n.map in hash key=4 value=8 entries=4',
  );
  map.update(u32(5), u32(object.maps[1]!.fd), 0);
  const page = readMapPage(object, 'm', 0, 10);
  expect([countEntries(map), page.entries, page.rows.map(({ key }) => key)]).toEqual([1, 1, ['5']]);
});

test('a devmap shows its entries from the page on that is asked for', () => {
  const { object, map } = mapsOf('.map m devmap key=4 value=4 entries=8');
  for (const index of [1, 4, 6]) map.update(u32(index), u32(10 + index), 0);
  const page = readMapPage(object, 'm', 1, 1);
  expect([page.entries, page.rows.map(({ key, value }) => [key, value])]).toEqual([3, [['4', ['14']]]]);
});

test('values without keys are counted, and have no rows', () => {
  const { object, map } = mapsOf('.map m queue key=0 value=4 entries=8');
  for (const value of [7, 8, 9]) map.update(new Uint8Array(0), u32(value), 0);
  expect([countEntries(map), readMapPage(object, 'm', 0, 10)]).toEqual([
    3,
    { map: 'm', type: 'queue', offset: 0, entries: 3, rows: [] },
  ]);
});

test('a prefix shows its bytes, and is no number', () => {
  const { object, map } = mapsOf('.map m lpm_trie key=8 value=4 entries=8 flags=no_prealloc');
  map.update(Uint8Array.of(24, 0, 0, 0, 10, 1, 2, 0), u32(5), 0);
  expect(readMapPage(object, 'm', 0, 10).rows).toEqual([
    { keyHex: '180000000a010200', key: '', valueHex: ['05000000'], value: ['5'] },
  ]);
});
