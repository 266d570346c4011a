// Formats of lines that generated code prints, or leaves to JavaScript: random ones, read from a map's value, give the same lines and lengths on both engines.
import { expect, test } from 'vitest';
import { assembleObject, type LoadedObject, type Machine } from '../../../../vm/index.ts';
import { pointOf } from '../../../support/machine.ts';
import { Random, seedOf } from '../../../support/seed.ts';
import { Twins } from '../../../support/twins.ts';

const SEED = seedOf(11);
const FORMATS = 3000;
const BYTES = 64;

const PROGRAM = `.license GPL
.map format array key=4 value=${BYTES} entries=1
.map out array key=4 value=8 entries=1
.section "tp/raw_syscalls/sys_enter"
main:
r6 = r1
r1 = mapval[format]+0 ll
r2 = ${BYTES}
r3 = *(u64 *)(r6 + 16)
r4 = *(u64 *)(r6 + 24)
r5 = *(u64 *)(r6 + 32)
call trace_printk
r1 = mapval[out]+0 ll
*(u64 *)(r1 + 0) = r0
r0 = 0
exit`;

const FLAGS = ['', '', '-', '0', '+', ' ', '+-', '00'];
const WIDTHS = ['', '', '', '1', '7', '20', '99', '100', '05'];
const KINDS = [
  'd',
  'i',
  'u',
  'x',
  'X',
  'ld',
  'lu',
  'lx',
  'lld',
  'llu',
  'llX',
  'c',
  'p',
  'p.',
  'px',
  'pK',
  'lc',
  's',
  'pI4',
  'y',
  '',
  'llld',
];
const TEXTS = ['', ' ', '.', 'a', '%%', '\n', '\t', '\u007f', '\u0001', '\u00e4', 'number: '];

function randomFormat(random: Random): string {
  let text = random.pick(TEXTS);
  for (let i = random.below(4); i > 0; i--) {
    text += `%${random.pick(FLAGS)}${random.pick(WIDTHS)}${random.pick(KINDS)}${random.pick(TEXTS)}`;
  }
  return text + 'x'.repeat(Math.max(0, random.below(80) - 50));
}

test(`${FORMATS} random formats (seed ${SEED})`, () => {
  const twins = new Twins();
  const objects = new Map<Machine, LoadedObject>();
  twins.both((machine) => {
    const object = machine.load(assembleObject(PROGRAM, 'test'));
    objects.set(machine, object);
    machine.attachAll(object);
  });
  const random = new Random(SEED);
  for (let i = 0; i < FORMATS; i++) {
    const format = randomFormat(random);
    const bytes = new Uint8Array(BYTES);
    bytes.set(Buffer.from(format, 'latin1').subarray(0, random.below(20) === 0 ? BYTES : BYTES - 1));
    const args = Array.from(
      { length: 6 },
      () => (random.u64() >> BigInt(random.below(64))) * random.pick([1n, -1n]),
    );
    const point = pointOf({ args: args.map((arg) => BigInt.asUintN(64, arg)) });
    twins.both(
      (machine) => {
        const [formats, out] = objects.get(machine)!.maps;
        formats!.update(new Uint8Array(4), bytes, 0);
        machine.enter(point);
        return out!.lookup(new Uint8Array(4));
      },
      JSON.stringify({ format, args: args.map(String) }),
    );
    if (i % 100 === 0) twins.compare(`up to format ${i}, ${JSON.stringify(format)}`);
  }
  twins.compare('at the end');
  expect(twins.faults).toEqual([]);
});
