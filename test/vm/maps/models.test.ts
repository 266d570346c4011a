// Maps of every kind against plain models: any steps of user space and of programs, with snapshots that are taken and gone back to in between. fast-check
// prints the shortest steps that fail, and their seed.
import { expect, test } from 'vitest';
import { seedOf } from '../../support/seed.ts';
import { MAP_KINDS } from '../../../vm/maps/kinds.ts';
import { FDS } from './properties/fds.ts';
import { KEYED } from './properties/keyed.ts';
import { holds, type MapProperty } from './properties/property.ts';
import { PERF } from './properties/perf.ts';
import { REDIRECTS } from './properties/redirects.ts';
import { RINGS } from './properties/rings.ts';
import { STORES } from './properties/stores.ts';
import { TASK_MAPS } from './properties/tasks.ts';

const SEED = seedOf(4711);
const RUNS = 100;

const PROPERTIES: Readonly<Record<string, readonly MapProperty[]>> = {
  ...KEYED,
  ...STORES,
  ...RINGS,
  perf_event_array: [PERF],
  ...REDIRECTS,
  ...FDS,
  ...TASK_MAPS,
};

test('each kind of map has a property', () => {
  expect(Object.keys(MAP_KINDS).filter((kind) => (PROPERTIES[kind]?.length ?? 0) === 0)).toEqual([]);
});

test.each(
  Object.entries(PROPERTIES).flatMap(([kind, properties]) =>
    properties.map((property) => [kind, property.title, property] as const),
  ),
)(`%s (%s) does what its model does, seed ${SEED}`, (_kind, _title, property) => {
  holds(property, SEED, RUNS);
});
