// user_ringbuf: records from user space to programs.
import { describe, expect, test } from 'vitest';
import { loadText, rig, runOnce, u64s } from '../../support/machine.ts';

/** Drains with a function that adds the first byte of each record to a sum in base 10, and returns `result`. */
const drain = (result: string, more = ''): string => `.map u user_ringbuf key=0 value=0 entries=4096
.map sum array key=4 value=8 entries=1
.section "socket"
main:
  r1 = map[u] ll
  r2 = each ll
  r3 = r10
  r4 = 0
  call user_ringbuf_drain
  exit
each:
  r6 = r1
  *(u64 *)(r10 - 8) = 0
  r1 = r10
  r1 += -8
  r2 = 1
  r3 = r6
  r4 = 0
  r5 = 0
  call dynptr_read
  r1 = mapval[sum] ll
  r2 = *(u64 *)(r1 + 0)
  r2 *= 10
  r3 = *(u64 *)(r10 - 8)
  r2 += r3
  *(u64 *)(r1 + 0) = r2
  ${more}
  r0 = ${result}
  exit`;

function drainRig(text: string, verifier: 'on' | 'off' = 'on') {
  const { machine, faults } = rig({ verifier });
  const object = loadText(machine, text);
  const { fd } = object.maps[0]!;
  const { bpf } = machine;
  const send = (...bytes: number[]): number => {
    const position = bpf.userRingbufReserve(fd, bytes.length);
    return position < 0 ? position : bpf.userRingbufSubmit(fd, position, Uint8Array.from(bytes));
  };
  const run = (): number => runOnce(machine, object.progs[0]!).retval | 0;
  const sum = (): bigint => u64s(object.maps[1]!.lookup(new Uint8Array(4)))[0]!;
  return { machine, faults, bpf, fd, send, run, sum };
}

describe('a drain', () => {
  test('calls the function with each record, in order', () => {
    const { send, run, sum } = drainRig(drain('0'));
    send(1);
    send(2, 9, 9);
    send(3);
    expect([run(), sum(), run()]).toEqual([3, 123n, 0]);
  });

  test('ends where the function returns 1, and goes on there the next time', () => {
    const { send, run, sum } = drainRig(drain('1'));
    send(1);
    send(2);
    expect([run(), sum(), run(), sum(), run()]).toEqual([1, 1n, 1, 12n, 0]);
  });

  test('waits for records that are not handed over, and passes over those given up', () => {
    const { bpf, fd, send, run, sum } = drainRig(drain('0'));
    const gone = bpf.userRingbufReserve(fd, 1);
    const late = bpf.userRingbufReserve(fd, 1);
    send(3);
    bpf.userRingbufDiscard(fd, gone);
    expect([run(), sum()]).toEqual([0, 0n]);
    bpf.userRingbufSubmit(fd, late, Uint8Array.of(2));
    expect([run(), sum()]).toEqual([2, 23n]);
  });

  test('within a drain is -EBUSY', () => {
    const again =
      'r1 = map[u] ll\nr2 = each ll\nr3 = 0\nr4 = 0\ncall user_ringbuf_drain\nr1 = mapval[sum] ll\n*(u64 *)(r1 + 0) = r0';
    const { send, run, sum } = drainRig(drain('0', again), 'off');
    send(1);
    expect([run(), BigInt.asIntN(64, sum())]).toEqual([1, -16n]);
  });

  test('after a fault in the function is possible again, and begins with the same record', () => {
    const { faults, send, run, sum } = drainRig(
      drain(
        '0',
        'r1 = mapval[sum] ll\nr2 = *(u64 *)(r1 + 0)\nif r2 != 7 goto fine\nr1 = 0\n*(u64 *)(r1 + 0) = 0\nfine:',
      ),
      'off',
    );
    send(7);
    run();
    expect([faults.map(({ code }) => code), run(), sum()]).toEqual([['access'], 1, 77n]);
  });

  test('lends the record to the function, and takes it back behind', () => {
    const data =
      'r1 = r6\nr2 = 0\nr3 = 2\ncall dynptr_data\nif r0 == 0 goto none\n*(u16 *)(r0 + 0) = 0x0102\nnone:\n';
    const { faults, send, run } = drainRig(drain('0', `${data}\nr1 = mapval[sum] ll\n*(u64 *)(r1 + 0) = r0`));
    send(1, 1);
    expect([run(), faults]).toEqual([1, []]);
    const leak = drain('0', `${data}\nr1 = mapval[sum] ll\n*(u64 *)(r1 + 0) = r0`).replace(
      'call user_ringbuf_drain\n  exit',
      'call user_ringbuf_drain\n  r1 = mapval[sum] ll\n  r1 = *(u64 *)(r1 + 0)\n  r0 = *(u16 *)(r1 + 0)\n  exit',
    );
    const leaking = drainRig(leak, 'off');
    leaking.send(1, 1);
    leaking.run();
    expect(leaking.faults.map(({ code }) => code)).toEqual(['access']);
  });
});

describe('user space', () => {
  test('reserves what fits: -E2BIG for what never will, -ENOSPC for what does not now', () => {
    const { bpf, fd, send, run } = drainRig(drain('0'));
    expect(bpf.userRingbufReserve(fd, 4089)).toBe(-7);
    expect(bpf.userRingbufReserve(fd, 4088)).toBe(0);
    expect(send(1)).toBe(-28);
    bpf.userRingbufDiscard(fd, 0);
    expect([run(), send(1), run()]).toEqual([0, 0, 1]);
  });

  test('submits only what it reserved, once, and no more bytes than that', () => {
    const { bpf, fd } = drainRig(drain('0'));
    const at = bpf.userRingbufReserve(fd, 2);
    expect(bpf.userRingbufSubmit(fd, at, new Uint8Array(3))).toBe(-22);
    expect(bpf.userRingbufSubmit(fd, at + 8, new Uint8Array(2))).toBe(-22);
    expect([bpf.userRingbufSubmit(fd, at, new Uint8Array(1)), bpf.userRingbufDiscard(fd, at)]).toEqual([
      0, -22,
    ]);
  });

  test('finds its records again after a snapshot was restored', () => {
    const { machine, send, run, sum } = drainRig(drain('0'));
    send(4);
    const snapshot = machine.snapshot();
    send(5);
    expect([run(), sum()]).toEqual([2, 45n]);
    machine.restore(snapshot);
    expect([run(), sum()]).toEqual([1, 4n]);
  });
});
