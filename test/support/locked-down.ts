// Helpers that touch what a kernel may be locked down against: tests do not ask a kernel for them, as not every one has them.
import { helperRow, type HelperName } from '../../vm/helpers/table.ts';
import { readSlot } from '../../vm/isa/insn.ts';
import { SLOT_BYTES } from '../../vm/isa/opcodes.ts';
import { OPS } from '../../vm/isa/ops.ts';
import type { ObjectSpec } from '../../vm/object.ts';

/** @see include/linux/security.h LOCKDOWN_BPF_WRITE_USER; CONFIG_BPF_KPROBE_OVERRIDE */
export const LOCKED_DOWN: ReadonlySet<HelperName> = new Set(['probe_write_user', 'override_return']);

const IDS: ReadonlySet<number> = new Set([...LOCKED_DOWN].map((name) => helperRow(name).id));

/** Whether the first program of an object calls one of them. */
export function callsLockedDown({ progs }: ObjectSpec): boolean {
  const { insns } = progs[0]!;
  return Array.from({ length: insns.length / SLOT_BYTES }, (_, pc) => readSlot(insns, pc)).some(
    ({ opcode, src, imm }) => opcode === OPS.call_helper.opcode && src === 0 && IDS.has(imm),
  );
}
