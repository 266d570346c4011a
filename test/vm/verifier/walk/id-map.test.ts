import { describe, expect, test } from 'vitest';
import { IdMap } from '../../../../vm/verifier/walk/id-map.ts';

describe('ids of two states', () => {
  test('an id keeps the partner that it met first', () => {
    const ids = new IdMap();
    expect([ids.match(1, 7), ids.match(1, 7), ids.match(1, 8)]).toEqual([true, true, false]);
  });

  test('an id is the partner of one only', () => {
    const ids = new IdMap();
    expect([ids.match(1, 7), ids.match(2, 7), ids.match(2, 8)]).toEqual([true, false, true]);
  });

  test('no id goes with no id, and with nothing else', () => {
    const ids = new IdMap();
    expect([ids.match(0, 0), ids.match(0, 1), ids.match(1, 0)]).toEqual([true, false, false]);
  });

  test('ids that are made up differ, so that two numbers that are not linked are not taken for linked ones', () => {
    const ids = new IdMap();
    expect([ids.match(1, ids.fresh()), ids.match(1, ids.fresh())]).toEqual([true, false]);
  });

  test('the next comparison begins with none', () => {
    const ids = new IdMap();
    ids.match(1, 7);
    ids.clear();
    expect(ids.match(1, 8)).toBe(true);
  });
});
