// The part by key of maps that are not reached by key: ring buffers, queues, bloom filters.
import type { KernelMap } from './map.ts';

type ByKey = Pick<
  KernelMap,
  'lookup' | 'update' | 'remove' | 'userLookup' | 'userUpdate' | 'userRemove' | 'nextKey'
>;

/** Answers every question by key with `errno` (negative), and a program's lookup with nothing. */
export function withoutKeys(errno: number): ByKey {
  const refuse = (): number => errno;
  return {
    lookup: () => 0,
    update: refuse,
    remove: refuse,
    userLookup: refuse,
    userUpdate: refuse,
    userRemove: refuse,
    nextKey: refuse,
  };
}
