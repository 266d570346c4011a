// Insns one by one: fields that must be 0, registers, constants, the stack through r10, helpers.
import { helperName, helperRow } from '../helpers/table.ts';
import { decodeInsn, readSlot, type Insn } from '../isa/insn.ts';
import { ATOMICS, FRAME_REG, MAX_REG, ORDERED, SIZES, SLOT_BYTES } from '../isa/opcodes.ts';
import { opsOf, type Op } from '../isa/ops.ts';
import { progTypeRow } from '../kernel/prog-types.ts';
import { checkError, STACK_BYTES, type CheckError } from './messages.ts';

/**
 * Checks each insn by itself; one finding an insn. `helpers` are the numbers that may be called, `type` that of the program. `strict` demands 0
 * in fields that Linux does not look at, too.
 */
export function checkInsns(
  insns: Uint8Array,
  helpers: ReadonlySet<number>,
  type: string | undefined,
  strict: boolean,
): CheckError[] {
  const errors: CheckError[] = [];
  const noPacket = type !== undefined && progTypeRow(type)?.packetLoads !== true;
  const count = insns.length / SLOT_BYTES;
  for (let pc = 0; pc < count;) {
    const insn = decodeInsn(insns, pc);
    const op = opsOf(readSlot(insns, pc).opcode)[0];
    const error =
      noPacket && op?.kind === 'packet'
        ? checkError(pc, 'packet-type')
        : insn === undefined || (strict && hasUnread(insn))
          ? misfit(insns, pc)
          : checkInsn(insn, pc, helpers);
    if (error !== undefined) errors.push(error);
    pc += op?.slots ?? 1;
  }
  return errors;
}

/** True when something stands in a field that nobody reads. */
function hasUnread({ op, off }: Insn): boolean {
  return op.unread.includes('off') && off !== 0;
}

/**
 * What is wrong with the encoding of the insn at slot `pc`, whatever program it is in and whatever it names: fields that must be 0, atomic operations,
 * packet loads in programs without a packet, casts. The rules for insns that a walk has to look at anyway are not among these. The opcode is known.
 */
export function checkEncoding(insns: Uint8Array, pc: number, type: string): CheckError | undefined {
  const insn = decodeInsn(insns, pc);
  if (opsOf(readSlot(insns, pc).opcode)[0]?.kind === 'packet' && progTypeRow(type)?.packetLoads !== true) {
    return checkError(pc, 'packet-type');
  }
  return insn === undefined ? misfit(insns, pc) : checkCast(insn, pc);
}

/** Which rule an insn breaks whose opcode is known and whose fields match no operation. */
function misfit(insns: Uint8Array, pc: number): CheckError {
  const { opcode, imm } = readSlot(insns, pc);
  const op = opsOf(opcode)[0];
  if (op === undefined) return checkError(pc, 'unknown-opcode', opcode);
  if (isAtomic(op)) return isAtomicOp(imm) ? checkError(pc, 'atomic-size') : checkError(pc, 'atomic-op', imm);
  if (op.name === 'may_goto') return checkError(pc, 'may-goto', imm);
  return checkError(pc, 'reserved-fields', familyOf(op));
}

/** True for operations that imm chooses. */
function isAtomic({ kind }: Op): boolean {
  return kind === 'atomic' || kind === 'acquire' || kind === 'release';
}

/** True for an imm that names an atomic operation, on whatever size. */
function isAtomicOp(imm: number): boolean {
  return [...Object.values(ATOMICS), ...Object.values(ORDERED)].some((row) => row.imm === imm);
}

/** What the kernel calls a family of insns in its messages. */
function familyOf(op: Op): string {
  switch (op.kind) {
    case 'alu':
      return op.alu === 'mov' ? 'BPF_MOV' : 'BPF_ALU';
    case 'movsx':
      return 'BPF_MOV';
    case 'store':
      return op.source === 'imm' ? 'BPF_ST' : 'BPF_STX';
    default:
      return FAMILIES[op.kind];
  }
}

const FAMILIES = {
  neg: 'BPF_NEG',
  swap: 'BPF_END',
  cast: 'BPF_MOV',
  load: 'BPF_LDX',
  atomic: 'BPF_ATOMIC',
  acquire: 'BPF_ATOMIC',
  release: 'BPF_ATOMIC',
  wide: 'BPF_LD_IMM64',
  packet: 'BPF_LD_[ABS|IND]',
  jump: 'BPF_JMP/JMP32',
  goto: 'BPF_JA',
  call: 'BPF_CALL',
  exit: 'BPF_EXIT',
} as const satisfies Record<Exclude<Op['kind'], 'alu' | 'movsx' | 'store'>, string>;

function checkInsn(insn: Insn, pc: number, helpers: ReadonlySet<number>): CheckError | undefined {
  return (
    checkCast(insn, pc) ??
    checkRegs(insn, pc) ??
    checkConstant(insn, pc) ??
    checkWritten(insn, pc) ??
    checkStack(insn, pc) ??
    checkHelper(insn, pc, helpers)
  );
}

/** Arenas are not there, so that no program has one. */
function checkCast({ op, imm }: Insn, pc: number): CheckError | undefined {
  if (op.kind !== 'cast') return undefined;
  return checkError(pc, imm === 1 || imm === 1 << 16 ? 'no-arena' : 'address-space');
}

function checkRegs(insn: Insn, pc: number): CheckError | undefined {
  const { free } = insn.op;
  if (free.includes('src') && insn.src > MAX_REG) return checkError(pc, 'register', insn.src);
  if (free.includes('dst') && insn.dst > MAX_REG) return checkError(pc, 'register', insn.dst);
  return undefined;
}

function checkWritten(insn: Insn, pc: number): CheckError | undefined {
  return writtenReg(insn) === FRAME_REG ? checkError(pc, 'frame-pointer') : undefined;
}

/** The register that the fields of an insn have written. (r0 after calls and cmpxchg is not in a field.) */
function writtenReg({ op, dst, src }: Insn): number | undefined {
  switch (op.kind) {
    case 'alu':
    case 'neg':
    case 'movsx':
    case 'swap':
    case 'load':
    case 'acquire':
    case 'wide':
      return dst;
    case 'atomic': {
      const { form } = ATOMICS[op.atomic];
      return form === 'fetch' || form === 'xchg' ? src : undefined;
    }
    default:
      return undefined;
  }
}

function checkConstant({ op, imm }: Insn, pc: number): CheckError | undefined {
  if (op.kind !== 'alu' || op.source !== 'imm') return undefined;
  switch (op.alu) {
    case 'div':
    case 'sdiv':
    case 'mod':
    case 'smod':
      return imm === 0 ? checkError(pc, 'div-zero') : undefined;
    case 'lsh':
    case 'rsh':
    case 'arsh':
      return imm < 0 || imm >= op.width ? checkError(pc, 'shift', imm) : undefined;
    default:
      return undefined;
  }
}

function checkStack({ op, dst, src, off }: Insn, pc: number): CheckError | undefined {
  if (!('size' in op) || op.kind === 'packet') return undefined;
  const base = op.kind === 'load' || op.kind === 'acquire' ? src : dst;
  if (base !== FRAME_REG) return undefined;
  const { bytes } = SIZES[op.size];
  if (off % bytes !== 0) return checkError(pc, 'stack-align', off, bytes);
  if (off >= -STACK_BYTES && off + bytes <= 0) return undefined;
  const writes = op.kind === 'store' || op.kind === 'release';
  return checkError(pc, writes ? 'stack-write' : 'stack-read', off, bytes);
}

function checkHelper({ op, imm }: Insn, pc: number, helpers: ReadonlySet<number>): CheckError | undefined {
  if (op.name === 'call_kfunc' && imm === 0) return checkError(pc, 'kfunc-none');
  if (op.name !== 'call_helper' || helpers.has(imm)) return undefined;
  const name = helperName(imm);
  return name === undefined
    ? checkError(pc, 'unknown-helper', imm)
    : checkError(pc, 'helper-missing', name, imm, helperRow(name).refused ?? 'it is left out');
}
