// devmap, devmap_hash, cpumap, xskmap: what user space puts in, and what programs find.
import { describe, expect, test } from 'vitest';
import { loadText, rig, runOnce, u32 } from '../../support/machine.ts';

const entry = (first: number, second = 0): Uint8Array => new Uint8Array(Uint32Array.of(first, second).buffer);

function mapRig(map: string, key = 1) {
  const { machine, faults } = rig();
  // Looks a key up, and returns the first word of the value, -1 where there is none.
  const text = `.map m ${map}\n.section "xdp"\nmain:\n*(u32 *)(r10 - 4) = ${key}\nr1 = map[m] ll\nr2 = r10\nr2 += -4\ncall map_lookup_elem
    if r0 == 0 goto none\nr0 = *(u32 *)(r0 + 0)\nexit\nnone:\nr0 = -1\nexit`;
  const object = loadText(machine, text);
  return {
    machine,
    faults,
    map: object.maps[0]!,
    found: () => runOnce(machine, object.progs[0]!).retval | 0,
  };
}

describe.each(['devmap', 'devmap_hash'])('%s', (type) => {
  test('takes devices, and programs find them', () => {
    const { map, found } = mapRig(`${type} key=4 value=4 entries=4`);
    expect(found()).toBe(-1);
    expect(map.update(u32(1), u32(9), 0)).toBe(0);
    expect([found(), map.lookup(u32(1)), map.lookup(u32(2))]).toEqual([9, u32(9), -2]);
    expect(map.delete(u32(1))).toBe(0);
    expect([found(), map.lookup(u32(1))]).toEqual([-1, -2]);
  });

  test('holds the programs that entries name, by id', () => {
    const { machine, map } = mapRig(`${type} key=4 value=8 entries=4`);
    const log: string[] = [];
    const insns = Uint8Array.from([0xb7, 0, 0, 0, 2, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0]);
    const attr = { name: 'p', type: 'xdp', insns, license: 'GPL' };
    const prog = machine.bpf.progLoad({ ...attr, expectedAttachType: 33 }, log);
    const plain = machine.bpf.progLoad(attr, log);
    expect(map.update(u32(1), entry(9, plain), 0)).toBe(-22);
    expect(map.update(u32(1), entry(9, prog), 0)).toBe(0);
    expect(map.update(u32(1), entry(10, prog), 0)).toBe(0);
    machine.bpf.close(prog);
    const value = map.lookup(u32(1)) as Uint8Array; // it has just been put in
    const id = new DataView(value.buffer).getUint32(4, true);
    expect([value[0], machine.bpf.progFdById(id) > 0]).toEqual([10, true]);
  });

  test('gives up its programs when an entry is deleted', () => {
    const { machine, map } = mapRig(`${type} key=4 value=8 entries=4`);
    const insns = Uint8Array.from([0xb7, 0, 0, 0, 2, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0]);
    const attr = { name: 'p', type: 'xdp', insns, license: 'GPL', expectedAttachType: 33 };
    const prog = machine.bpf.progLoad(attr);
    map.update(u32(1), entry(9, prog), 0);
    machine.bpf.close(prog);
    const id = new DataView((map.lookup(u32(1)) as Uint8Array).buffer).getUint32(4, true); // it has just been put in
    map.delete(u32(1));
    expect(machine.bpf.progFdById(id)).toBe(-2);
  });
});

test('programs may not write what they find', () => {
  const { machine, faults } = rig({ verifier: 'off' });
  const text = `.map m devmap key=4 value=4 entries=4\n.section "xdp"\nmain:\n*(u32 *)(r10 - 4) = 1\nr1 = map[m] ll\nr2 = r10\nr2 += -4
    call map_lookup_elem\n*(u32 *)(r0 + 0) = 3\nr0 = 0\nexit`;
  const object = loadText(machine, text);
  object.maps[0]!.update(u32(1), u32(9), 0);
  runOnce(machine, object.progs[0]!);
  expect(faults.map(({ code }) => code)).toEqual(['access']);
});

test('a cpumap takes CPUs of the machine and queues that are not too long', () => {
  const text = '.map m cpumap key=4 value=4 entries=8\n.section "xdp"\nmain:\nr0 = 2\nexit';
  const map = loadText(rig().machine, text).maps[0]!;
  const errnos = [
    map.update(u32(0), u32(64), 0),
    map.update(u32(0), u32(64), 1),
    map.update(u32(2), u32(64), 0),
    map.update(u32(9), u32(64), 0),
    map.update(u32(1), u32(20_000), 0),
    map.update(u32(1), u32(64), 3),
  ];
  expect(errnos).toEqual([0, -17, -19, -7, -75, -22]);
  expect([map.lookup(u32(0)), map.update(u32(0), u32(0), 0), map.lookup(u32(0))]).toEqual([u32(64), 0, -2]);
});

test('an xskmap is empty: there are no sockets', () => {
  const { map, found } = mapRig('xskmap key=4 value=4 entries=4');
  expect([map.update(u32(1), u32(99), 0), map.update(u32(1), u32(map.fd), 0)]).toEqual([-9, -88]);
  expect([map.lookup(u32(1)), found()]).toEqual([-95, -1]);
});
