// Programs at hooks over a recording that comes with Tailscope: what they count is what the recording's own columns say.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  createCursor,
  fillPoint,
  openSct,
  RECORD_FLAGS,
  RECORD_KINDS,
  type Block,
  type Recording,
} from '../../../traces/index.ts';
import { KERNELS, type LoadedObject } from '../../../vm/index.ts';
import { PT_REGS } from '../../../vm/kernel/pt-regs.ts';
import { hookRig } from '../../support/hook-rig.ts';
import { loadText, pointOf, u64s, type Rig } from '../../support/machine.ts';

const FILE = join(import.meta.dirname, '../../../traces/recorded/shell.sct');
const NEVER_RETURNS = RECORD_FLAGS.unfinished | RECORD_FLAGS.noReturn;

/** One more in a hash, under the u64 that `body` leaves in r6. */
const counter = (name: string, section: string, body: string): string => `
  .map ${name} hash key=8 value=8 entries=10000
  .section "${section}"
  count_${name}:
    ${body}
    *(u64 *)(r10 - 8) = r6
    r1 = map[${name}] ll
    r2 = r10
    r2 += -8
    call map_lookup_elem
    if r0 == 0 goto 1f
    r1 = 1
    lock *(u64 *)(r0 + 0) += r1
    goto 2f
  1:
    r1 = 1
    *(u64 *)(r10 - 16) = r1
    r1 = map[${name}] ll
    r2 = r10
    r2 += -8
    r3 = r10
    r3 += -16
    r4 = 0
    call map_update_elem
  2:
    r0 = 0
    exit`;

/** The first 8 bytes of the string at the user address in r3. */
const PREFIX = `
    r1 = 0
    *(u64 *)(r10 - 24) = r1
    r1 = r10
    r1 += -24
    r2 = 8
    call probe_read_user_str
    r6 = *(u64 *)(r10 - 24)`;

const OBJECT = [
  counter('entered', 'tp/raw_syscalls/sys_enter', 'r6 = *(u64 *)(r1 + 8)'),
  counter('returned', 'tp_btf/sys_exit', `r2 = *(u64 *)(r1 + 0)\nr6 = *(u64 *)(r2 + ${PT_REGS.orig_rax})`),
  counter('results', 'kretprobe/__x64_sys_read', `r6 = *(u64 *)(r1 + ${PT_REGS.rax})`),
  counter('sizes', 'fexit/ksys_read', 'r6 = *(u64 *)(r1 + 16)'),
  counter('opened', 'tp/syscalls/sys_enter_openat', `r3 = *(u64 *)(r1 + 24)${PREFIX}`),
  counter('probed', 'kprobe/do_sys_openat2', `r3 = *(u64 *)(r1 + ${PT_REGS.rsi})${PREFIX}`),
  counter(
    'tasks',
    'fentry/__x64_sys_close',
    'call get_current_task_btf\nr6 = *(u32 *)(r0 + 1264)', // pid
  ),
].join('\n');

/** What a hash counted, by key. */
function counts(object: LoadedObject, name: string): Map<bigint, bigint> {
  const map = object.maps.find(({ spec }) => spec.name === name)!;
  const all = new Map<bigint, bigint>();
  for (let key = map.nextKey(undefined); typeof key !== 'number'; key = map.nextKey(key)) {
    all.set(u64s(key)[0]!, u64s(map.lookup(key))[0]!);
  }
  return all;
}

/** The calls of a recording under the key that `keyOf` gives them, undefined for none. */
function tally(
  recording: Recording,
  keyOf: (block: Block, row: number, name: string) => bigint | undefined,
): Map<bigint, bigint> {
  const all = new Map<bigint, bigint>();
  for (let i = 0; i < recording.index.length; i++) {
    const block = recording.block(i);
    for (let row = 0; row < block.count; row++) {
      if (block.kind[row] !== RECORD_KINDS.call.code) continue;
      const key = keyOf(block, row, recording.syscalls[block.sys[row]!]!.name);
      if (key !== undefined) all.set(key, (all.get(key) ?? 0n) + 1n);
    }
  }
  return all;
}

const returned = (block: Block, row: number): boolean => (block.flags[row]! & NEVER_RETURNS) === 0;
const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);

/** The reads that returned, under the key that `keyOf` gives them. */
const readsBy = (recording: Recording, keyOf: (block: Block, row: number) => bigint): Map<bigint, bigint> =>
  tally(recording, (block, row, name) =>
    name === 'read' && returned(block, row) ? keyOf(block, row) : undefined,
  );

describe('over a recording', () => {
  let recording: Recording;
  let object: LoadedObject;
  let base: Rig;

  beforeAll(() => {
    recording = openSct(readFileSync(FILE));
    base = hookRig({ kernel: KERNELS['linux-6.18'] }); // offsets in the programs are its
    object = loadText(base.machine, OBJECT);
    base.machine.attachAll(object);
    const cursor = createCursor(recording);
    const point = pointOf();
    while (cursor.advance(Number.POSITIVE_INFINITY)) {
      if (cursor.phase === 'mark' || cursor.phase === 'packet') continue;
      fillPoint(cursor, recording, point);
      base.machine[cursor.phase](point);
    }
  });

  test('no program is stopped', () => {
    expect(base.faults).toEqual([]);
    expect(object.progs.every(({ runs }) => runs > 0)).toBe(true);
  });

  test('raw_syscalls:sys_enter sees every call', () => {
    const calls = tally(recording, (block, row) => u64(BigInt(recording.syscalls[block.sys[row]!]!.nr)));
    expect(counts(object, 'entered')).toEqual(calls);
  });

  test('tp_btf sys_exit sees every call that returned, by orig_rax', () => {
    const calls = tally(recording, (block, row) =>
      returned(block, row) ? u64(BigInt(recording.syscalls[block.sys[row]!]!.nr)) : undefined,
    );
    expect(counts(object, 'returned')).toEqual(calls);
  });

  test('a kretprobe has the results, and fexit the arguments, of its call', () => {
    expect(counts(object, 'results')).toEqual(readsBy(recording, (block, row) => u64(block.ret[row]!)));
    expect(counts(object, 'sizes')).toEqual(readsBy(recording, (block, row) => block.args[6 * row + 2]!));
  });

  test('names of opened files are read through the arguments, by the tracepoint and inside of the kernel', () => {
    const opened = counts(object, 'opened');
    const calls = tally(recording, (_block, _row, name) => (name === 'openat' ? 0n : undefined));
    expect([...opened.values()].reduce((sum, n) => sum + n, 0n)).toBe(calls.get(0n));
    const names = [...opened.keys()].map((key) =>
      Buffer.from(BigUint64Array.of(key).buffer).toString('latin1'),
    );
    expect(names.some((name) => name.startsWith('/etc/ld') || name.startsWith('/lib'))).toBe(true);
    for (const [key, n] of opened) expect(counts(object, 'probed').get(key)! >= n).toBe(true);
  });

  test('the current task is the thread of the call', () => {
    const threads = tally(recording, (block, row, name) =>
      name === 'close' ? BigInt(block.tid[row]!) : undefined,
    );
    expect(counts(object, 'tasks')).toEqual(threads);
  });
});
