// What the insns of a program name, written into them: places of maps and data, distances of functions, ids and addresses of the kernel.
// @see tools/lib/bpf/libbpf.c bpf_object__relocate_data
import { readSlot, writeSlot } from '../isa/insn.ts';
import { CALLS, WIDES } from '../isa/opcodes.ts';
import { OPS } from '../isa/ops.ts';
import type { MapReloc, PoisonedInsn } from '../object.ts';
import type { KernelSymbol } from './kernel-symbols.ts';
import type { ObjectFunc, ObjectReloc } from './object-file.ts';

/** imm of the call that a weak kernel function becomes which is not there: its place among the externs is added. @see POISON_CALL_KFUNC_BASE */
const POISONED_KFUNC = 2_002_000_000;
/** Where the functions of a program begin: pc. */
export type Starts = ReadonlyMap<ObjectFunc, number>;

/** What names of an object mean. */
export interface NameScope {
  readonly functions: ReadonlyMap<string, ObjectFunc>;
  /** Externs of the kernel, found when they are first asked for. */
  readonly symbol: (name: string) => KernelSymbol & { readonly index: number };
  /** Place of a map among those of the object: what stands in the insn until the map is there. */
  readonly mapIndex: (name: string) => number;
  /** Where an option stands in .kconfig. */
  readonly option: (name: string) => number;
}

/** Writes names into the insns of a program. */
export class NameWriter {
  /** References that only the loader can settle. */
  readonly relocs: MapReloc[] = [];
  /** Calls of functions that the kernel does not have. */
  readonly poisoned: PoisonedInsn[] = [];
  private readonly insns: Uint8Array;
  private readonly starts: Starts;
  private readonly scope: NameScope;

  constructor(insns: Uint8Array, starts: Starts, scope: NameScope) {
    this.insns = insns;
    this.starts = starts;
    this.scope = scope;
  }

  /** Writes what the insn at `pc` of the program names. Throws LoadError 'extern'. */
  write(pc: number, reloc: ObjectReloc): void {
    switch (reloc.kind) {
      case 'map':
        this.patch(pc, { src: WIDES.map_fd.src, imm: this.scope.mapIndex(reloc.map) });
        this.relocs.push({ pc, map: reloc.map });
        break;
      case 'data':
        this.value(pc, reloc.map, reloc.valueOff);
        break;
      case 'kconfig':
        this.value(pc, '.kconfig', this.scope.option(reloc.name));
        break;
      case 'call':
        this.patch(pc, { src: CALLS.subprog.src, imm: this.distance(pc, reloc.func) });
        break;
      case 'address':
        this.patch(pc, { src: WIDES.func.src, imm: this.distance(pc, reloc.func) });
        break;
      case 'kfunc':
      case 'ksym':
        this.symbol(pc, reloc.name);
        break;
      default:
        reloc satisfies never;
    }
  }

  private value(pc: number, map: string, valueOff: number): void {
    this.patch(pc, { src: WIDES.map_value.src, imm: this.scope.mapIndex(map) });
    this.patchHigh(pc, valueOff);
    this.relocs.push({ pc, map, valueOff });
  }

  private symbol(pc: number, name: string): void {
    const { id, address, index, missing = '' } = this.scope.symbol(name);
    if (readSlot(this.insns, pc).opcode === OPS.ld_imm64.opcode) {
      this.patch(pc, { src: WIDES.imm64.src, imm: Number(address & 0xffff_ffffn) });
      this.patchHigh(pc, Number(address >> 32n));
    } else if (id !== undefined) {
      this.patch(pc, { src: CALLS.kfunc.src, off: 0, imm: id });
    } else {
      this.patch(pc, { dst: 0, src: CALLS.helper.src, off: 0, imm: POISONED_KFUNC + index });
      this.poisoned.push({ pc, asked: name, why: missing, isExtern: true });
    }
  }

  private distance(pc: number, name: string): number {
    return this.starts.get(this.scope.functions.get(name)!)! - pc - 1; // laid out with the program
  }

  private patch(pc: number, fields: { dst?: number; src: number; off?: number; imm: number }): void {
    writeSlot(this.insns, pc, { ...readSlot(this.insns, pc), ...fields });
  }

  /** The second slot of a wide insn. */
  private patchHigh(pc: number, imm: number): void {
    writeSlot(this.insns, pc + 1, { ...readSlot(this.insns, pc + 1), imm });
  }
}
