// What the insns of an object name: maps, data, functions, externs of the kernel.
// @see tools/lib/bpf/libbpf.c bpf_program__record_reloc; Documentation/bpf/llvm_reloc.rst
import { readSlot, type Slot } from '../isa/insn.ts';
import { CALLS, SLOT_BYTES, WIDES } from '../isa/opcodes.ts';
import { OPS } from '../isa/ops.ts';
import type { CodeRange } from './code-sections.ts';
import { elfError, within } from './elf-bytes.ts';
import type { ElfReloc } from './elf-relocs.ts';
import type { ElfSymbol } from './elf-symbols.ts';
import type { ElfFile } from './elf.ts';
import type { ObjectExtern, ObjectReloc } from './object-file.ts';

/** What symbols stand for. */
export interface RelocScope {
  readonly elf: ElfFile;
  /** Functions by section and place. */
  readonly functionAt: (section: number, offset: number) => CodeRange | undefined;
  /** Maps by section and place; undefined for a section that holds no maps. */
  readonly mapsIn: ReadonlyMap<number, ReadonlyMap<number, string>>;
  /** Maps of global data by section. */
  readonly dataIn: ReadonlyMap<number, string>;
  readonly externs: ReadonlyMap<string, ObjectExtern>;
}

const CALL = OPS.call_helper.opcode;
const WIDE = OPS.ld_imm64.opcode;

/** What the insns of a function name, by pc from its start; `relocs` are those of its section, by place. Throws LoadError 'elf'. */
export function relocsOf(range: CodeRange, relocs: readonly ElfReloc[], scope: RelocScope): ObjectReloc[] {
  const { section, start, end } = range;
  const found: ObjectReloc[] = [];
  const told = new Set<number>();
  for (const reloc of within(relocs, start, end)) {
    const refuse = (reason: string): never => {
      throw elfError(scope.elf.name, reloc.section, reloc.offset, `${range.name}: ${reason}`);
    };
    if (reloc.at % SLOT_BYTES !== 0) refuse(`byte ${reloc.at} of ${section.name} begins no insn`);
    const pc = (reloc.at - start) / SLOT_BYTES;
    const slot = readSlot(section.bytes, reloc.at / SLOT_BYTES);
    if (slot.opcode === WIDE && reloc.at + 2 * SLOT_BYTES > end) refuse(`insn ${pc} is half a wide load`);
    told.add(pc);
    found.push(resolve(pc, slot, reloc.symbol, scope, refuse));
  }
  return [...found, ...ownCalls(range, told, scope)].toSorted((a, b) => a.pc - b.pc);
}

function resolve(
  pc: number,
  slot: Slot,
  symbol: ElfSymbol,
  scope: RelocScope,
  refuse: (reason: string) => never,
): ObjectReloc {
  const { opcode, imm } = slot;
  const { name, section, value } = symbol;
  const isCall = opcode === CALL;
  if (!isCall && opcode !== WIDE) {
    return refuse(`insn ${pc} names ${name}, and is neither a call nor a wide load`);
  }
  if (section === 0) {
    const extern = scope.externs.get(name);
    if (extern === undefined) return refuse(`${name} is not defined in the object`);
    if (isCall && extern.kind !== 'kfunc') return refuse(`insn ${pc} calls ${name}, which is a variable`);
    return { pc, kind: extern.kind, name, isWeak: extern.isWeak };
  }
  const home = scope.elf.sections[section];
  if (home === undefined) return refuse(`${name} stands in no section: give the variable a value`);
  if (isCall) {
    const at = value + (imm + 1) * SLOT_BYTES;
    const func = scope.functionAt(section, at);
    if (func === undefined)
      return refuse(`insn ${pc} calls byte ${at} of ${home.name}, where no function begins`);
    return { pc, kind: 'call', func: func.name };
  }
  const data = scope.dataIn.get(section);
  if (data !== undefined) return { pc, kind: 'data', map: data, valueOff: value + imm };
  const func = scope.functionAt(section, value + imm);
  if (func !== undefined) return { pc, kind: 'address', func: func.name };
  const maps = scope.mapsIn.get(section);
  const map = maps?.get(value + imm);
  if (map !== undefined) return { pc, kind: 'map', map };
  if (maps !== undefined) return refuse(`there is no map at byte ${value + imm} of ${home.name}`);
  const hint = 'variables stand in .data, .rodata or .bss, maps in .maps';
  return refuse(`insn ${pc} names byte ${value + imm} of section ${home.name || section}: ${hint}`);
}

/** Calls within a section need no relocation: their distance is known. Those that stay within the function stay as they are. */
function ownCalls(range: CodeRange, told: ReadonlySet<number>, scope: RelocScope): ObjectReloc[] {
  const { section, start, end } = range;
  const found: ObjectReloc[] = [];
  for (let at = start; at < end; at += SLOT_BYTES) {
    const slot = readSlot(section.bytes, at / SLOT_BYTES);
    const isWide = slot.opcode === WIDE;
    const isCall = slot.opcode === CALL && slot.src === CALLS.subprog.src;
    const pc = (at - start) / SLOT_BYTES;
    if ((isCall || (isWide && slot.src === WIDES.func.src)) && !told.has(pc)) {
      const target = at + (slot.imm + 1) * SLOT_BYTES;
      const func = scope.functionAt(section.index, target);
      const isInside = target >= start && target < end;
      if (func !== undefined && !(isInside && func.start !== start)) {
        found.push({ pc, kind: isCall ? 'call' : 'address', func: func.name });
      } else if (!isInside) {
        const reason = `${range.name}: insn ${pc} calls byte ${target} of the section, where no function begins`;
        throw elfError(scope.elf.name, section.name, at, reason);
      }
    }
    if (isWide) at += SLOT_BYTES;
  }
  return found;
}
