// Buffers that say what their records are.
import { expect, test } from 'vitest';
import { typedBuffer } from '../../../vm/elf/typed-buffers.ts';
import type { MapSpec } from '../../../vm/object.ts';

function buffer(type: string, more: Partial<MapSpec>): MapSpec {
  return { name: 'events', type, keySize: 0, valueSize: 0, maxEntries: 4096, flags: 0, ...more };
}

// oxfmt-ignore
const BUFFERS = [
  { given: buffer('ringbuf', { valueSize: 24, valueType: 7 }),              made: buffer('ringbuf', { recordType: 7 }) },
  { given: buffer('ringbuf', {}),                                           made: buffer('ringbuf', {}) },
  { given: buffer('perf_event_array', { valueSize: 84, valueType: 7 }),     made: buffer('perf_event_array', { keySize: 4, valueSize: 4, recordType: 7 }) },
  { given: buffer('perf_event_array', { keySize: 4, valueSize: 4, keyType: 2, valueType: 2 }),
    made:  buffer('perf_event_array', { keySize: 4, valueSize: 4, keyType: 2, valueType: 2 }) },
  { given: buffer('perf_event_array', {}),                                  made: buffer('perf_event_array', { keySize: 4, valueSize: 4 }) },
  { given: buffer('array', { keySize: 4, valueSize: 24, valueType: 7 }),    made: buffer('array', { keySize: 4, valueSize: 24, valueType: 7 }) },
];

test.each(BUFFERS)('a $given.type of $given.valueSize bytes', ({ given, made }) => {
  expect(typedBuffer(given)).toEqual(made);
});
