// One program of an object: its functions one after the other, with the kernel's answers and what they name in their insns.
// @see tools/lib/bpf/libbpf.c bpf_object__reloc_code
import type { Btf } from '../btf/btf.ts';
import { declTags } from '../btf/query.ts';
import { SLOT_BYTES } from '../isa/opcodes.ts';
import { LoadError } from '../load-error.ts';
import type { FuncInfo, LineInfo, MapReloc, PoisonedInsn } from '../object.ts';
import type { Candidates } from './core/candidates.ts';
import { relocateCore, type CoreOutcome } from './core/relocate.ts';
import { NameWriter, type NameScope, type Starts } from './name-writer.ts';
import type { ObjectFunc } from './object-file.ts';

/** Most insns of a program: far more than a kernel takes. Each program has its own copy of the functions that it calls. */
const LIMIT_SLOTS = 1 << 21;

const EXCEPTION_TAG = 'exception_callback:';

/** What an object is linked with. */
export interface LinkScope extends NameScope {
  readonly types: Btf | undefined;
  readonly kernel: Btf;
  readonly candidates: Candidates | undefined;
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
  const names = new NameWriter(insns, starts, scope);
  for (const [func, start] of starts) for (const reloc of func.relocs) names.write(start + reloc.pc, reloc);
  const sourceLines = [...starts].flatMap(([{ lines }, start]) =>
    lines.map((line) => ({ ...line, pc: start + line.pc })),
  );
  const unanswered = core.flatMap(({ relo: { pc }, asked, value, why = '' }): PoisonedInsn[] =>
    value === undefined ? [{ pc, asked, why }] : [],
  );
  const poisoned = [...unanswered, ...names.poisoned];
  const lines = linesByPc(sourceLines, insns.length / SLOT_BYTES);
  const code = { insns, relocs: names.relocs, lines, funcs: funcsOf(starts), sourceLines };
  return { code: poisoned.length === 0 ? code : { ...code, poisoned }, core };
}

/** The program first; then the functions it reaches, each followed by those that it reaches itself; last what is called when it throws. */
function layOut(main: ObjectFunc, scope: LinkScope): Starts {
  const { functions } = scope;
  const starts = new Map<ObjectFunc, number>();
  let next = 0;
  const pending = [...exceptionCallbacks(main, scope), main];
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

/** What a tag on the program names; of several tags none, as libbpf has it: the verifier refuses them. @see bpf_prog_assign_exc_cb */
function exceptionCallbacks({ info }: ObjectFunc, { types, functions }: LinkScope): ObjectFunc[] {
  const typeId = info?.typeId;
  const tags = types === undefined || typeId === undefined ? [] : declTags(types, typeId, -1);
  const names = tags.flatMap((tag) =>
    tag.startsWith(EXCEPTION_TAG) ? [tag.slice(EXCEPTION_TAG.length)] : [],
  );
  const callback = names.length === 1 ? functions.get(names[0]!) : undefined;
  return callback === undefined ? [] : [callback];
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
