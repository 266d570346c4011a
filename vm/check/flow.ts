// Where control can go: subprograms, jumps, ends, and insns that no path reaches.
import { calleePc, readSlot, type Slot } from '../isa/insn.ts';
import { CLASSES, CLASS_BITS, EXIT, OPERATION_BITS, SLOT_BYTES } from '../isa/opcodes.ts';
import { OPS } from '../isa/ops.ts';
import { checkError, type CheckError } from './messages.ts';

const CALL_BITS = OPS.call_helper.opcode & OPERATION_BITS;

/** Most subprograms, the program itself included. @see include/linux/bpf_verifier.h BPF_MAX_SUBPROGS */
const LIMIT_SUBPROGS = 256;

/**
 * Bounds of the subprograms, ends of each, jumps that leave them, and kernel functions that are none: those not in `kfuncs`. `more` are starts that no
 * insn names. Looks at slots, because opcodes are not checked yet.
 */
export function checkSubprogs(
  insns: Uint8Array,
  kfuncs: ReadonlySet<number>,
  more: readonly number[] = [],
): CheckError[] {
  const count = insns.length / SLOT_BYTES;
  const errors: CheckError[] = [];
  const starts = new Set([0, ...more]);
  for (let pc = 0; pc < count; pc++) {
    const slot = readSlot(insns, pc);
    const kfunc = checkKfunc(slot, pc, kfuncs);
    if (kfunc !== undefined) errors.push(kfunc);
    const target = calleePc(slot, pc);
    if (target === undefined) continue;
    if (target < 0 || target >= count) errors.push(checkError(pc, 'call-target'));
    else if (starts.size === LIMIT_SUBPROGS && !starts.has(target)) {
      errors.push(checkError(pc, 'subprog-count'));
    } else starts.add(target);
  }
  if (errors.length > 0) return errors;
  const sorted = [...starts].toSorted((a, b) => a - b);
  return sorted.flatMap((start, i) => checkSubprog(insns, start, sorted[i + 1] ?? count));
}

/** A call of id 0 is refused later, when it is still there. @see kernel/bpf/verifier.c add_kfunc_call */
function checkKfunc(
  { opcode, src, imm, off }: Slot,
  pc: number,
  kfuncs: ReadonlySet<number>,
): CheckError | undefined {
  if (opcode !== OPS.call_kfunc.opcode || src !== OPS.call_kfunc.fixed.src) return undefined;
  if (off !== 0) return checkError(pc, off > 0 ? 'kfunc-module' : 'kfunc-offset');
  return imm === 0 || kfuncs.has(imm) ? undefined : checkError(pc, 'kfunc', imm);
}

function checkSubprog(insns: Uint8Array, start: number, end: number): CheckError[] {
  const errors: CheckError[] = [];
  for (let pc = start; pc < end; pc++) {
    const target = jumpTarget(readSlot(insns, pc), pc);
    if (target !== undefined && (target < start || target >= end)) {
      errors.push(checkError(pc, 'jump-range', pc, target));
    }
  }
  const last = readSlot(insns, end - 1).opcode;
  const ends = last === OPS.exit.opcode || last === OPS.goto.opcode || last === OPS.gotol.opcode;
  if (!ends) errors.push(checkError(end - 1, 'no-exit'));
  return errors;
}

/** Where a jump leads; undefined for what is none. Calls and exits are of the jump classes and are left out. */
function jumpTarget({ opcode, off, imm }: Slot, pc: number): number | undefined {
  const cls = opcode & CLASS_BITS;
  const operation = opcode & OPERATION_BITS;
  if (cls !== CLASSES.jmp.code && cls !== CLASSES.jmp32.code) return undefined;
  if (operation === CALL_BITS || operation === EXIT.code) return undefined;
  // 32-bit arithmetic, as in the kernel: what is too far is printed as it comes out there
  return (pc + 1 + (opcode === OPS.gotol.opcode ? imm : off)) | 0;
}

/** Walks all paths from the first insn. The opcodes are known to be valid by now, the operands not. */
export function checkFlow(insns: Uint8Array): CheckError[] {
  const count = insns.length / SLOT_BYTES;
  const reached = new Uint8Array(count);
  const pending = [0];
  for (let pc = pending.pop(); pc !== undefined; pc = pending.pop()) {
    if (pc >= count || reached[pc] === 1) continue;
    reached[pc] = 1;
    pending.push(...successors(insns, pc));
  }
  const errors: CheckError[] = [];
  for (let pc = 0; pc < count; pc++) {
    if (reached[pc] === 0) errors.push(checkError(pc, 'unreachable', pc));
    if (!isWide(readSlot(insns, pc))) continue;
    if (reached[pc + 1] === 1) errors.push(checkError(pc, 'jump-middle', pc));
    pc++;
  }
  return errors;
}

function successors(insns: Uint8Array, pc: number): number[] {
  const slot = readSlot(insns, pc);
  if (slot.opcode === OPS.exit.opcode) return [];
  const target = jumpTarget(slot, pc) ?? calleePc(slot, pc);
  const goes = slot.opcode === OPS.goto.opcode || slot.opcode === OPS.gotol.opcode;
  const next = goes ? [] : [pc + (isWide(slot) ? 2 : 1)];
  return target === undefined ? next : [...next, target];
}

function isWide(slot: Slot): boolean {
  return slot.opcode === OPS.ld_imm64.opcode;
}
