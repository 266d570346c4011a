// ringbuf: records from programs to user space.
import { expect, test } from 'vitest';
import { loadText, rig, runOnce } from '../../support/machine.ts';
import type { BpfMap } from '../../../vm/index.ts';

const RING = '.map ring ringbuf key=0 value=0 entries=4096';

/** Texts of programs by name; each is a socket filter over one ring of 4096 bytes. */
function ringRig(progs: Readonly<Record<string, string>>) {
  const { machine, faults } = rig();
  const sections = Object.entries(progs).map(([name, text]) => `.section "socket"\n${name}:\n${text}\n`);
  const object = loadText(machine, `${RING}\n${sections.join('')}`);
  const run = (name: string): number =>
    runOnce(machine, object.progs.find(({ spec }) => spec.name === name)!).retval | 0;
  return { machine, faults, ring: object.maps[0]!, run };
}

/** Samples of a ring as hex. */
function taken(ring: BpfMap): string[] {
  const samples: string[] = [];
  ring.consume((record) => {
    if (record.kind === 'sample') samples.push(Buffer.from(record.data).toString('hex'));
  });
  return samples;
}

const reserve = (size: number): string => `r1 = map[ring] ll\nr2 = ${size}\nr3 = 0\ncall ringbuf_reserve`;
const submit = 'r1 = r6\nr2 = 0\ncall ringbuf_submit';
const discard = 'r1 = r6\nr2 = 0\ncall ringbuf_discard';
const query = (what: number): string => `r1 = map[ring] ll\nr2 = ${what}\ncall ringbuf_query`;

test('a submitted record comes out, a discarded one does not', () => {
  const { ring, run } = ringRig({
    write: `${reserve(8)}\nif r0 == 0 goto out\nr6 = r0\n*(u64 *)(r6 + 0) = 7\n${submit}\nr0 = 0\nout: exit`,
    drop: `${reserve(8)}\nif r0 == 0 goto out\nr6 = r0\n*(u64 *)(r6 + 0) = 8\n${discard}\nr0 = 0\nout: exit`,
    avail: `${query(0)}\nexit`,
  });
  run('write');
  run('drop');
  run('write');
  expect(run('avail')).toBe(48);
  expect(taken(ring)).toEqual(['0700000000000000', '0700000000000000']);
  expect(run('avail')).toBe(0);
});
