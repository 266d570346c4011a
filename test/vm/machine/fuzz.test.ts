// Whatever passes the load without a verifier runs to an end: an exit or a fault, never an exception, and never beyond its budget.
import { expect, test } from 'vitest';
import { isImplemented } from '../../../vm/helpers/run.ts';
import { HELPERS, type HelperName } from '../../../vm/helpers/table.ts';
import { encodeInsn, makeInsn } from '../../../vm/isa/insn.ts';
import { SLOT_BYTES } from '../../../vm/isa/opcodes.ts';
import { OP_LIST, type Op } from '../../../vm/isa/ops.ts';
import { rig } from '../../support/machine.ts';
import { Random, seedOf } from '../../support/seed.ts';

const SEED = seedOf(33);
const PROGS = 4000;
const LIMIT_INSNS = 2000;

const HELPER_IDS = (Object.keys(HELPERS) as HelperName[])
  .filter(isImplemented)
  .map((name) => HELPERS[name].id);
const MAPS = ['array', 'hash', 'percpu_array', 'prog_array'];

/** Insns of every kind with fields of any sense, the registers set to useful values before. */
function anyProg(random: Random, fds: readonly number[]): Uint8Array {
  const insns = [];
  insns.push(
    makeInsn('mov64_reg', { dst: 6, src: 1 }),
    makeInsn('ld_map_fd', { dst: 2, imm: random.pick(fds) }),
  );
  insns.push(
    makeInsn('mov64_reg', { dst: 7, src: 10 }),
    makeInsn('add64_imm', { dst: 7, imm: -8 * random.below(70) }),
  );
  insns.push(makeInsn('mov64_imm', { dst: 3, imm: random.below(5) }));
  for (let i = 0; i < 12; i++) insns.push(makeInsn(...anyInsn(random, random.pick(OP_LIST), fds)));
  insns.push(makeInsn('exit'));
  const bytes = new Uint8Array(8 * insns.reduce((sum, { op }) => sum + op.slots, 0));
  let pc = 0;
  for (const insn of insns) {
    encodeInsn(bytes, pc, insn);
    pc += insn.op.slots;
  }
  return bytes;
}

function anyInsn(random: Random, op: Op, fds: readonly number[]): Parameters<typeof makeInsn> {
  const off = random.below(3) === 0 ? random.below(20) - 10 : -8 * random.below(66);
  const imm = random.below(2) === 0 ? random.below(64) : random.u32();
  const fields = { dst: random.below(10), src: random.below(11), off, imm, hi: random.u32() };
  if (op.kind === 'jump' || op.name === 'goto') return [op.name, { ...fields, off: random.below(5) - 1 }];
  if (op.kind === 'goto') return [op.name, { ...fields, imm: random.below(3) }];
  if (op.kind === 'call' || op.kind === 'exit') return ['call_helper', { imm: random.pick(HELPER_IDS) }];
  if (op.kind === 'wide')
    return [random.pick(['ld_map_fd', 'ld_imm64']), { ...fields, imm: random.pick(fds) }];
  return [op.name, fields];
}

test(`${PROGS} random programs (seed ${SEED}) end in an exit or a fault`, () => {
  const random = new Random(SEED);
  const ends = new Map<string, number>();
  const { machine, faults } = rig({ verifier: 'off', limitInsns: LIMIT_INSNS });
  const fds = MAPS.map((type) =>
    machine.bpf.mapCreate({ name: type, type, keySize: 4, valueSize: 4, maxEntries: 3, flags: 0 }),
  );
  const table = fds[MAPS.indexOf('prog_array')]!;
  for (let i = 0; i < PROGS; i++) {
    const insns = anyProg(random, fds);
    const fd = machine.bpf.progLoad({ name: `p${i}`, type: 'socket_filter', insns, license: 'GPL' });
    if (fd < 0) {
      ends.set('refused', (ends.get('refused') ?? 0) + 1);
      continue;
    }
    machine.bpf.mapUpdate(
      table,
      Uint8Array.of(random.below(3), 0, 0, 0),
      Uint8Array.of(fd, fd >> 8, 0, 0),
      0,
    );
    const result = machine.testRun(fd, { data: new Uint8Array(64) });
    expect(result.insns, `program ${i}`).toBeLessThan(LIMIT_INSNS + insns.length / SLOT_BYTES);
    const end = result.fault?.code ?? 'exit';
    ends.set(end, (ends.get(end) ?? 0) + 1);
    machine.bpf.close(fd);
  }
  // The test is worth something only when all ends were met.
  for (const end of ['refused', 'exit', 'access', 'map', 'budget'])
    expect(ends.get(end), end).toBeGreaterThan(10);
  expect(faults.every(({ message }) => message.length > 10)).toBe(true);
});
