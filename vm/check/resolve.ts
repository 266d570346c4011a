// Opcodes, and what wide insns name: the maps above all.
import { readSlot } from '../isa/insn.ts';
import { CLASSES, CLASS_BITS, MODES, MODE_BITS, SLOT_BYTES } from '../isa/opcodes.ts';
import { OPS, opsOf } from '../isa/ops.ts';
import type { MapReloc, MapSpec } from '../object.ts';
import { checkError, type CheckError } from './messages.ts';

/** The first offset into a value that no wide insn may name. @see include/linux/bpf_verifier.h BPF_MAX_VAR_OFF */
const LIMIT_VALUE_OFF = 1 << 29;

/** True for opcodes of the class that loads from memory. */
function isLoadClass(opcode: number): boolean {
  return (opcode & CLASS_BITS) === CLASSES.ldx.code;
}

/** True when the mode bits are those of a load. */
function isLoadMode(opcode: number): boolean {
  const mode = opcode & MODE_BITS;
  return mode === MODES.mem.code || mode === MODES.memsx.code;
}

/**
 * Opcodes, immediates of loads, and wide insns. Maps are looked at when `relocs` or `maps` are given; `fds` is the length of fd_array, for insns that name
 * a place in it and have no reloc.
 */
export function checkOperands(
  insns: Uint8Array,
  relocs: readonly MapReloc[] | undefined,
  maps: readonly MapSpec[] | undefined,
  fds: number | undefined,
): CheckError[] {
  const errors: CheckError[] = [];
  const byName = new Map(maps?.map((map) => [map.name, map]));
  const byPc = new Map(relocs?.map((reloc) => [reloc.pc, reloc]));
  const count = insns.length / SLOT_BYTES;
  for (let pc = 0; pc < count; pc++) {
    const { opcode, imm } = readSlot(insns, pc);
    const kind = opsOf(opcode)[0]?.kind;
    if (isLoadClass(opcode) && (imm !== 0 || !isLoadMode(opcode))) {
      errors.push(checkError(pc, 'ldx-reserved'));
    } else if (kind === undefined) {
      errors.push(checkError(pc, 'unknown-opcode', opcode));
    } else if (opcode === OPS.call_reg.opcode) {
      errors.push(checkError(pc, 'call-register', opcode));
    } else if (opcode === OPS.gotox.opcode) {
      errors.push(checkError(pc, 'goto-register', opcode));
    } else if (kind === 'wide') {
      const wide = checkWide(insns, pc, byPc.has(pc) ? Infinity : fds);
      if (wide !== undefined) errors.push(wide);
      else if (relocs !== undefined || maps !== undefined)
        errors.push(...checkMap(insns, pc, byPc.get(pc), byName));
      if (wide?.code !== 'wide-cut') pc++;
    }
  }
  return errors;
}

function checkWide(insns: Uint8Array, pc: number, fds: number | undefined): CheckError | undefined {
  const { src, imm } = readSlot(insns, pc);
  if ((pc + 2) * SLOT_BYTES > insns.length) return checkError(pc, 'wide-cut');
  const tail = readSlot(insns, pc + 1);
  if (tail.opcode !== 0 || tail.dst !== 0 || tail.src !== 0 || tail.off !== 0)
    return checkError(pc, 'wide-cut');
  switch (src) {
    case OPS.ld_imm64.fixed.src:
    case OPS.ld_func.fixed.src:
    case OPS.ld_map_value.fixed.src:
      return undefined;
    case OPS.ld_map_fd.fixed.src:
      return tail.imm === 0 ? undefined : checkError(pc, 'wide-kind');
    case OPS.ld_btf_id.fixed.src:
      return checkError(pc, 'btf-id', imm, tail.imm);
    case OPS.ld_map_idx.fixed.src:
      return tail.imm === 0 ? checkIndex(pc, imm, fds) : checkError(pc, 'wide-kind');
    case OPS.ld_map_idx_value.fixed.src:
      return checkIndex(pc, imm, fds);
    default:
      return checkError(pc, 'wide-kind');
  }
}

function checkIndex(pc: number, index: number, fds: number | undefined): CheckError | undefined {
  if (fds === undefined) return checkError(pc, 'fd-array');
  return index >= 0 && index < fds ? undefined : checkError(pc, 'fd-index', index, fds);
}

function checkMap(
  insns: Uint8Array,
  pc: number,
  reloc: MapReloc | undefined,
  maps: ReadonlyMap<string, MapSpec>,
): CheckError[] {
  const { src, imm } = readSlot(insns, pc);
  const isIndex = src === OPS.ld_map_idx.fixed.src || src === OPS.ld_map_idx_value.fixed.src;
  const isValue = src === OPS.ld_map_value.fixed.src || src === OPS.ld_map_idx_value.fixed.src;
  if (isIndex ? reloc === undefined : !isValue && src !== OPS.ld_map_fd.fixed.src) return [];
  const map = reloc === undefined ? undefined : maps.get(reloc.map);
  if (map === undefined) return [checkError(pc, 'no-map', imm)];
  if (!isValue) return [];
  const off = (reloc?.valueOff ?? readSlot(insns, pc + 1).imm) >>> 0;
  if (off >= LIMIT_VALUE_OFF) return [checkError(pc, 'map-offset', off)];
  if (map.type !== 'array') return [checkError(pc, 'no-direct-value')];
  if (map.maxEntries !== 1) return [checkError(pc, 'map-entries', map.valueSize, off)];
  return off < map.valueSize ? [] : [checkError(pc, 'map-value', map.valueSize, off)];
}
