// An object that is made for kernels with ring buffers and for those without.
import { expect, test } from 'vitest';
import { linkObject } from '../../../vm/elf/link-object.ts';
import { KERNELS } from '../../../vm/kernel/profiles/index.ts';
import { readCase } from '../../support/elf-object.ts';

// oxfmt-ignore
const KINDS = [
  { kernel: KERNELS['linux-6.12'], type: 'ringbuf',          keySize: 0, maxEntries: 4096, perfBuffers: [] },
  { kernel: KERNELS['linux-5.10'], type: 'ringbuf',          keySize: 0, maxEntries: 4096, perfBuffers: [] },
  { kernel: KERNELS['linux-4.14'], type: 'perf_event_array', keySize: 4, maxEntries: 0,    perfBuffers: ['events'] },
];

test.each(KINDS)('on $kernel.name its records go through a $type', ({ kernel, perfBuffers, ...events }) => {
  const linked = linkObject(readCase('kernels'), { kernel });
  expect(linked.perfBuffers).toEqual(perfBuffers);
  expect(linked.spec.maps.find(({ name }) => name === 'events')).toMatchObject(events);
});

test('objects that do not ask for ring buffers keep theirs', () => {
  const { spec, perfBuffers } = linkObject(readCase('maps'), { kernel: KERNELS['linux-4.14'] });
  expect(perfBuffers).toEqual([]);
  expect(spec.maps.map(({ type }) => type)).toContain('ringbuf');
});
