// Helpers that go through long memory count what they do against the budget of the run: none can be made to work without end.
import { expect, test } from 'vitest';
import { loadText, rig, runOnce, u32 } from '../../support/machine.ts';

const BYTES = 1 << 20;
const CALLS = 64;

/** Each goes through a map value of 1 MiB, letters up to its last byte. */
const CALLS_OF = {
  'strncmp with a long constant': 'r1 = mapval[text] ll\nr2 = 1\nr3 = mapval[other] ll\ncall strncmp',
  'snprintf of a long format': 'r1 = 0\nr2 = 0\nr3 = mapval[text] ll\nr4 = 0\nr5 = 0\ncall snprintf',
  'trace_printk of a long format': `r1 = mapval[text] ll\nr2 = ${BYTES}\ncall trace_printk`,
  'probe_read_kernel_str of a long string': `r1 = mapval[other] ll\nr2 = ${BYTES}\nr3 = mapval[text] ll\ncall probe_read_kernel_str`,
  'bpf_strlen of a long string': 'r1 = mapval[text] ll\ncall bpf_strlen',
  'probe_read_kernel of a long run of bytes': `r1 = mapval[other] ll\nr2 = ${BYTES}\nr3 = mapval[text] ll\ncall probe_read_kernel`,
  'strtol of a long text': `r1 = mapval[text] ll\nr2 = ${BYTES}\nr3 = 0\nr4 = r10\nr4 += -8\ncall strtol`,
} as const;

test.each(Object.entries(CALLS_OF))('%s has its price', (_, call) => {
  const { machine, faults } = rig({ verifier: 'off', limitInsns: 50_000 });
  const maps = ['text', 'other'].map((name) => `.map ${name} array key=4 value=${BYTES} entries=1`);
  const loop = `r7 = 0\nagain:\n${call}\nr7 += 1\nif r7 != ${CALLS} goto again\nr0 = 0\nexit`;
  const object = loadText(machine, `${maps.join('\n')}\n.section "socket"\nmain:\n${loop}`);
  const value = new Uint8Array(BYTES).fill(0x41);
  value[BYTES - 1] = 0;
  for (const map of object.maps) map.update(u32(0), value, 0);
  runOnce(machine, object.progs[0]!);
  expect(faults.map(({ code }) => code)).toEqual(['budget']);
});
