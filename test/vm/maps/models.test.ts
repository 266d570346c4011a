// Maps of every kind with keys against plain models: any operations of user space and of programs on two CPUs, with snapshots that are taken and gone back
// to in between. fast-check prints the smallest operations that fail, and their seed.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ArrayModel, HashModel, LpmModel, type MapModel } from '../../support/map-models.ts';
import { seedOf } from '../../support/seed.ts';
import { MapRunner, mapLine, progSide, type ProgSide } from '../../support/map-oracle.ts';
import type { MachineSnapshot } from '../../../vm/index.ts';
import type { MapTypeName } from '../../../vm/maps/types.ts';

const CPUS = 2;
const RUNS = 150;
const SEED = seedOf(4711);
const NO_PREALLOC = 1;
const VALUE_BYTES = 8;

type Op =
  | {
      readonly kind: 'update';
      readonly key: string;
      readonly value: string;
      readonly flags: number;
      readonly side: Side;
    }
  | { readonly kind: 'lookup' | 'remove'; readonly key: string; readonly side: Side }
  | { readonly kind: 'take'; readonly key: string }
  | { readonly kind: 'save' | 'rewind' };
type Side = 'user' | 'prog';

interface Case {
  readonly type: MapTypeName;
  readonly keySize: number;
  readonly entries: number;
  readonly flags: number;
  readonly keys: fc.Arbitrary<string>;
  readonly model: () => MapModel;
  readonly takes: boolean;
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const numberKey = (size: number, entries: number): fc.Arbitrary<string> =>
  fc.nat({ max: entries + 2 }).map((key) => {
    const bytes = new Uint8Array(size);
    bytes[0] = key;
    bytes[size - 1] = size > 4 ? key * 7 : 0;
    return hexOf(bytes);
  });
const prefixKey = (dataBytes: number): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.nat({ max: 8 * dataBytes + 1 }),
      fc.array(fc.constantFrom(0, 1, 0x80, 0xff), { minLength: dataBytes, maxLength: dataBytes }),
    )
    .map(([length, data]) => hexOf(Uint8Array.of(length, 0, 0, 0, ...data)));
const zeroes = '00'.repeat(VALUE_BYTES);

const hash = (type: MapTypeName, keySize: number, entries: number, flags: number): Case => ({
  type,
  keySize,
  entries,
  flags,
  keys: numberKey(keySize, entries),
  model: () => new HashModel(entries),
  takes: true,
});
const trie = (dataBytes: number, entries: number): Case => ({
  type: 'lpm_trie',
  keySize: 4 + dataBytes,
  entries,
  flags: NO_PREALLOC,
  keys: prefixKey(dataBytes),
  model: () => new LpmModel(entries, dataBytes),
  takes: false,
});
const CASES: readonly Case[] = [
  hash('hash', 4, 5, 0),
  hash('hash', 11, 9, 0),
  hash('hash', 4, 5, NO_PREALLOC),
  hash('hash', 8, 200, NO_PREALLOC),
  {
    type: 'array',
    keySize: 4,
    entries: 4,
    flags: 0,
    keys: numberKey(4, 4),
    model: () => new ArrayModel([zeroes, zeroes, zeroes, zeroes]),
    takes: false,
  },
  trie(1, 6),
  trie(3, 12),
  trie(16, 40),
];

function opsOf({ keys }: Case): fc.Arbitrary<Op[]> {
  const side = fc.constantFrom<Side>('user', 'prog');
  const value = fc.uint8Array({ minLength: VALUE_BYTES, maxLength: VALUE_BYTES }).map(hexOf);
  const flags = fc.constantFrom(0, 0, 0, 1, 2, 3, 8);
  return fc.array(
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ kind: fc.constant('update' as const), key: keys, value, flags, side }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constantFrom('lookup' as const, 'remove' as const),
          key: keys,
          side,
        }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('take' as const), key: keys }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('save' as const, 'rewind' as const) }) },
    ),
    { maxLength: 120 },
  );
}

/** Answers of the machine, as numbers and hex like the model's. */
class Twin {
  private readonly runner = new MapRunner(CPUS);
  private readonly progs: ProgSide;
  private saved: MachineSnapshot;

  constructor({ type, keySize, entries, flags }: Case) {
    this.progs = progSide(0, 1, 0, keySize, VALUE_BYTES);
    this.runner.answer(mapLine(type, [keySize, VALUE_BYTES, entries], flags));
    for (const line of this.progs.setup) this.runner.answer(line);
    this.saved = this.runner.machine.snapshot();
  }

  save(): void {
    this.saved = this.runner.machine.snapshot();
  }

  rewind(): void {
    this.runner.machine.restore(this.saved);
  }

  update(key: string, value: string, flags: number, side: Side): number {
    if (side === 'user') return 0 - Number(this.runner.answer(`update 0 ${key} ${value} ${flags}`));
    return this.run(this.progs.update(key, value, flags, 1))[0];
  }

  remove(key: string, side: Side): number {
    if (side === 'user') return 0 - Number(this.runner.answer(`delete 0 ${key}`));
    return this.run(this.progs.remove(key, 1))[0];
  }

  take(key: string): string | number {
    return valueOf(this.runner.answer(`take 0 ${key} 0`));
  }

  lookup(key: string, side: Side): string | number {
    if (side === 'user') return valueOf(this.runner.answer(`lookup 0 ${key} 0`));
    const [found, control] = this.run(this.progs.lookup(key, 1));
    return found === 1 ? control.slice(-2 * VALUE_BYTES - 16, -16) : -2;
  }

  keys(): string[] {
    const keys: string[] = [];
    for (let next = this.runner.answer('next 0 -'); next.startsWith('0 ');) {
      keys.push(next.slice(2));
      next = this.runner.answer(`next 0 ${next.slice(2)}`);
    }
    return keys;
  }

  private run(lines: readonly string[]): [result: number, control: string] {
    const [, run, control] = lines.map((line) => this.runner.answer(line));
    return [Number(run!.split(' ')[1]) | 0, control!.split(' ')[1]!];
  }
}

/** '0 VALUE' or an errno. */
function valueOf(answer: string): string | number {
  return answer.startsWith('0 ') ? answer.slice(2) : 0 - Number(answer);
}

test.each(CASES.map((each) => [each.type, each.keySize, each.entries, each.flags, each] as const))(
  '%s with keys of %i bytes, %i entries, flags %i, does what its model does',
  (type, _keySize, _entries, _flags, each) => {
    fc.assert(
      fc.property(opsOf(each), (ops) => {
        const twin = new Twin(each);
        let model = each.model();
        let saved = model.copy();
        for (const op of ops) {
          if (op.kind === 'save') {
            twin.save();
            saved = model.copy();
          } else if (op.kind === 'rewind') {
            twin.rewind();
            model = saved.copy();
          } else if (op.kind === 'update') {
            expect([op, twin.update(op.key, op.value, op.flags, op.side)]).toEqual([
              op,
              model.update(op.key, op.value, op.flags),
            ]);
          } else if (op.kind === 'remove') {
            expect([op, twin.remove(op.key, op.side)]).toEqual([op, model.remove(op.key)]);
          } else if (op.kind === 'lookup') {
            expect([op, twin.lookup(op.key, op.side)]).toEqual([op, model.lookup(op.key)]);
          } else if (op.kind === 'take') {
            const value = each.takes ? model.lookup(op.key) : -524;
            if (each.takes) model.remove(op.key);
            expect([op, twin.take(op.key)]).toEqual([op, value]);
          }
        }
        const keys = type === 'hash' ? twin.keys().toSorted() : twin.keys();
        expect(keys).toEqual(type === 'hash' ? model.keys().toSorted() : model.keys());
        for (const key of keys) expect(twin.lookup(key, 'user')).toEqual(model.lookup(key));
      }),
      { numRuns: RUNS, seed: SEED },
    );
  },
);
