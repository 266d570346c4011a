// One program of an object: its functions one after the other, and in their insns what they name.
// @see tools/lib/bpf/libbpf.c bpf_object__reloc_code, bpf_object__relocate_data
import { readSlot, writeSlot } from '../isa/insn.ts';
import { CALLS, SLOT_BYTES, WIDES } from '../isa/opcodes.ts';
import { OPS } from '../isa/ops.ts';
import type { Btf } from '../btf/btf.ts';
import { LoadError } from '../load-error.ts';
import type { FuncInfo, LineInfo, MapReloc, PoisonedInsn } from '../object.ts';
import type { Candidates } from './core/candidates.ts';
import { relocateCore, type CoreOutcome } from './core/relocate.ts';
import type { KernelSymbol } from './kernel-symbols.ts';
import type { ObjectFunc, ObjectReloc } from './object-file.ts';

/** imm of the call that a weak kernel function becomes which is not there: its place among the externs is added. @see POISON_CALL_KFUNC_BASE */
const POISONED_KFUNC = 2_002_000_000;
/** Most insns of a program: far more than a kernel takes. Each program has its own copy of the functions that it calls. */
const LIMIT_SLOTS = 1 << 21;

/** What names of an object mean. */
export interface LinkScope {
  readonly functions: ReadonlyMap<string, ObjectFunc>;
  readonly types: Btf | undefined;
  readonly kernel: Btf;
  readonly candidates: Candidates | undefined;
  /** Externs of the kernel, found when they are first asked for. */
  readonly symbol: (name: string) => KernelSymbol & { readonly index: number };
  /** Place of a map among those of the object: what stands in the insn until the map is there. */
  readonly mapIndex: (name: string) => number;
  /** Where an option stands in .kconfig. */
  readonly option: (name: string) => number;
}

/** A linked program: what of its ProgSpec its code makes, and what became of its CO-RE relocations. */
export interface LinkedProg {
  readonly code: {
    readonly insns: Uint8Array;
    readonly relocs: readonly MapReloc[];
    readonly lines: readonly number[];
    readonly funcs: readonly FuncInfo[];
    readonly sourceLines: readonly LineInfo[];
    readonly poisoned?: readonly PoisonedInsn[];
  };
  readonly core: readonly CoreOutcome[];
}

/** Links a program. Throws LoadError 'core', 'extern'; 'structure' for one that is too long. */
export function linkProg(main: ObjectFunc, scope: LinkScope): LinkedProg {
  const starts = layOut(main, scope);
  const insns = new Uint8Array(endOf(starts) * SLOT_BYTES);
  for (const [func, start] of starts) insns.set(func.insns, start * SLOT_BYTES);
  const core = relocateTypes(main, insns, starts, scope);
  const relocs: MapReloc[] = [];
  for (const [func, start] of starts) {
    for (const reloc of func.relocs) {
      const map = new Patch(insns, start + reloc.pc, starts, scope).apply(reloc);
      if (map !== undefined) relocs.push(map);
    }
  }
  const sourceLines = [...starts].flatMap(([{ lines }, start]) =>
    lines.map((line) => ({ ...line, pc: start + line.pc })),
  );
  const poisoned = core.flatMap(({ relo: { pc }, asked, value, why = '' }): PoisonedInsn[] =>
    value === undefined ? [{ pc, asked, why }] : [],
  );
  const lines = linesByPc(sourceLines, insns.length / SLOT_BYTES);
  const code = { insns, relocs, lines, funcs: funcsOf(starts), sourceLines };
  return { code: poisoned.length === 0 ? code : { ...code, poisoned }, core };
}

type Starts = ReadonlyMap<ObjectFunc, number>;

/** The program first; then the functions it reaches, each followed by those that it reaches itself. */
function layOut(main: ObjectFunc, { functions }: LinkScope): Starts {
  const starts = new Map<ObjectFunc, number>();
  let next = 0;
  const pending = [main];
  for (let func = pending.pop(); func !== undefined; func = pending.pop()) {
    if (starts.has(func)) continue;
    starts.set(func, next);
    next += func.insns.length / SLOT_BYTES;
    if (next > LIMIT_SLOTS) {
      throw new LoadError(
        'structure',
        main.name,
        `with the functions that it calls it has more than ${LIMIT_SLOTS} insns`,
      );
    }
    const callees = func.relocs.flatMap((reloc) => ('func' in reloc ? [functions.get(reloc.func)!] : [])); // read from the same object
    for (const callee of callees.toReversed()) if (!starts.has(callee)) pending.push(callee);
  }
  return starts;
}

function endOf(starts: Starts): number {
  let end = 0;
  for (const [{ insns }, start] of starts) end = Math.max(end, start + insns.length / SLOT_BYTES);
  return end;
}

function relocateTypes(
  main: ObjectFunc,
  insns: Uint8Array,
  starts: Starts,
  scope: LinkScope,
): readonly CoreOutcome[] {
  const relos = [...starts].flatMap(([func, start]) =>
    func.coreRelos.map((relo) => ({ ...relo, pc: start + relo.pc })),
  );
  if (relos.length === 0 || scope.types === undefined) return [];
  return relocateCore(main.name, insns, relos, scope.types, scope.kernel, scope.candidates);
}

/** Functions by pc; none unless the object tells of all of them. */
function funcsOf(starts: Starts): FuncInfo[] {
  const funcs: FuncInfo[] = [];
  for (const [{ info }, start] of starts) {
    if (info === undefined) return [];
    funcs.push({ ...info, pc: start });
  }
  return funcs;
}

/** The number of the source line of each pc. */
function linesByPc(lines: readonly LineInfo[], count: number): number[] {
  if (lines.length === 0) return [];
  const byPc: number[] = [];
  let next = 0;
  let line = 0;
  for (let pc = 0; pc < count; pc++) {
    for (let info = lines[next]; info !== undefined && info.pc <= pc; info = lines[next]) {
      line = info.line;
      next += 1;
    }
    byPc.push(line);
  }
  return byPc;
}

/** Writes what a name means into the insn at `pc`. */
class Patch {
  private readonly insns: Uint8Array;
  private readonly pc: number;
  private readonly starts: Starts;
  private readonly scope: LinkScope;

  constructor(insns: Uint8Array, pc: number, starts: Starts, scope: LinkScope) {
    this.insns = insns;
    this.pc = pc;
    this.starts = starts;
    this.scope = scope;
  }

  /** A reloc that only the loader can settle. */
  apply(reloc: ObjectReloc): MapReloc | undefined {
    const { pc, scope } = this;
    switch (reloc.kind) {
      case 'map':
        this.write({ src: WIDES.map_fd.src, imm: scope.mapIndex(reloc.map) });
        return { pc, map: reloc.map };
      case 'data':
        return this.value(reloc.map, reloc.valueOff);
      case 'kconfig':
        return this.value('.kconfig', scope.option(reloc.name));
      case 'call':
        this.write({ src: CALLS.subprog.src, imm: this.distance(reloc.func) });
        return undefined;
      case 'address':
        this.write({ src: WIDES.func.src, imm: this.distance(reloc.func) });
        return undefined;
      case 'kfunc':
      case 'ksym':
        this.symbol(reloc.name);
        return undefined;
      default:
        return reloc satisfies never;
    }
  }

  private value(map: string, valueOff: number): MapReloc {
    this.write({ src: WIDES.map_value.src, imm: this.scope.mapIndex(map) });
    this.writeHigh(valueOff);
    return { pc: this.pc, map, valueOff };
  }

  private symbol(name: string): void {
    const { id, address, index } = this.scope.symbol(name);
    if (readSlot(this.insns, this.pc).opcode === OPS.ld_imm64.opcode) {
      this.write({ src: WIDES.imm64.src, imm: Number(address & 0xffff_ffffn) });
      this.writeHigh(Number(address >> 32n));
    } else if (id !== undefined) {
      this.write({ src: CALLS.kfunc.src, off: 0, imm: id });
    } else {
      this.write({ dst: 0, src: CALLS.helper.src, off: 0, imm: POISONED_KFUNC + index });
    }
  }

  private distance(name: string): number {
    const start = this.starts.get(this.scope.functions.get(name)!)!; // laid out with the program
    return start - this.pc - 1;
  }

  /** The second slot of a wide insn. */
  private writeHigh(imm: number): void {
    writeSlot(this.insns, this.pc + 1, { ...readSlot(this.insns, this.pc + 1), imm });
  }

  private write(fields: { dst?: number; src: number; off?: number; imm: number }): void {
    writeSlot(this.insns, this.pc, { ...readSlot(this.insns, this.pc), ...fields });
  }
}
