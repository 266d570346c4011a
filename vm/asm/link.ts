// Names to numbers: lays a program and the subprograms it calls one after the other, and fills in labels, helpers and maps.
import { labelPc, type Body } from './body.ts';
import type { DataSymbol } from './data-section.ts';
import { calleePc, encodeInsn, makeInsn, readSlot } from '../isa/insn.ts';
import { SLOT_BYTES } from '../isa/opcodes.ts';
import { OPS, type Field, type OpName } from '../isa/ops.ts';
import type { FuncInfo, MapReloc } from '../object.ts';
import { refuse, type ProblemList } from './errors.ts';
import type { AddressRef, Draft, JumpRef, Ref } from './draft.ts';
import { didYouMean } from './suggest.ts';

/** What names may mean outside of a body. */
export interface LinkScope {
  /** Maps by name, with the number that stands in imm until the loader puts the map there. */
  readonly maps: ReadonlyMap<string, number>;
  /** Functions of .text by name. */
  readonly functions: ReadonlyMap<string, Body>;
  /** Names of programs: known to say that they cannot be called. */
  readonly programs: ReadonlySet<string>;
  /** Names of global data. */
  readonly data: ReadonlyMap<string, DataSymbol>;
  /** Names of maps of .maps: known to say how they are declared here. */
  readonly btfMaps: ReadonlySet<string>;
  /** Helper ids by name without `bpf_`. */
  readonly helpers: ReadonlyMap<string, number>;
  /** Ids of kernel functions by their whole name. */
  readonly kfuncs: ReadonlyMap<string, number>;
}

/** A program ready to load; fields as in ProgSpec. */
export interface LinkedProg {
  readonly insns: Uint8Array;
  readonly relocs: readonly MapReloc[];
  readonly lines: readonly number[];
  /** Its functions: the program itself, and what it calls or takes the address of, by their labels. */
  readonly funcs: readonly FuncInfo[];
}

/**
 * Most insns of the programs of a text. Each has its own copy of the functions that it calls, so that a short text can ask for more than any
 * memory holds; a program has a million at most.
 */
const LIMIT_SLOTS = 1 << 22;

/** Where the parts of a program stand, and how many slots they take. */
export interface Layout {
  readonly starts: ReadonlyMap<Body, number>;
  readonly slots: number;
}

/** Links one program. Problems are added to the list; the result is of no use then. */
export function link({ starts, slots }: Layout, scope: LinkScope, problems: ProblemList): LinkedProg {
  const linker = new Linker(scope, starts);
  const insns = new Uint8Array(slots * SLOT_BYTES);
  const lines: number[] = [];
  for (const [body, start] of starts) {
    for (const { draft, pc } of body.drafts) {
      problems.attempt(() => linker.write(insns, body, draft, start + pc));
      lines.push(
        ...Array.from({ length: draft.name === 'raw' ? 1 : OPS[draft.name].slots }, () => draft.line),
      );
    }
  }
  return { insns, relocs: linker.relocs, lines, funcs: funcsOf(insns, starts) };
}

/** Functions by pc. One whose target has no label is called after its pc. */
function funcsOf(insns: Uint8Array, starts: ReadonlyMap<Body, number>): FuncInfo[] {
  const names = new Map<number, string>();
  for (const [body, start] of starts) {
    for (const [label, { pc }] of body.labels) names.set(start + pc, label);
    names.set(start, body.name);
  }
  const count = insns.length / SLOT_BYTES;
  const pcs = new Set([0]);
  for (let pc = 0; pc < count; pc++) {
    const target = calleePc(readSlot(insns, pc), pc);
    if (target !== undefined && target >= 0 && target < count) pcs.add(target);
  }
  return [...pcs]
    .toSorted((a, b) => a - b)
    .map((pc) => ({ pc, name: names.get(pc) ?? `func_${pc}`, linkage: 'static' }));
}

/** Lays out the programs of a text. Throws AsmError where they are too long together, before memory is taken for them. */
export function layOutAll(programs: readonly Body[], scope: LinkScope): Layout[] {
  let slots = 0;
  return programs.map((main) => {
    const layout = layOut(main, scope);
    slots += layout.slots;
    if (slots > LIMIT_SLOTS) refuse(main.place, 'object-size', [LIMIT_SLOTS]);
    return layout;
  });
}

/** The program first; then the functions it reaches, each followed by those that it reaches itself, as libbpf lays them out. */
function layOut(main: Body, scope: LinkScope): Layout {
  const starts = new Map<Body, number>();
  let next = 0;
  // A stack of its own: the functions of a text may call one another deeper than this one may.
  const pending = [main];
  for (let body = pending.pop(); body !== undefined; body = pending.pop()) {
    if (starts.has(body)) continue;
    starts.set(body, next);
    next += body.slots;
    for (const callee of calleesOf(body, scope).toReversed()) pending.push(callee);
  }
  return { starts, slots: next };
}

/** The functions of .text that a body names, in its order. */
function calleesOf(body: Body, scope: LinkScope): Body[] {
  const callees = new Set<Body>();
  for (const { draft } of body.drafts) {
    const callee = draft.ref === undefined ? undefined : functionOf(body, draft.ref, scope);
    if (callee !== undefined) callees.add(callee);
  }
  return [...callees];
}

/** The function of .text that a reference names, if it names one. */
function functionOf(body: Body, ref: Ref, scope: LinkScope): Body | undefined {
  if (ref.kind === 'jump' || ref.kind === 'map' || ref.kind === 'mapval') return undefined;
  return body.labels.has(ref.name) ? undefined : scope.functions.get(ref.name);
}

/** What a reference puts into an insn; `op` where only it tells which insn it is. */
interface Resolved {
  readonly op?: OpName;
  readonly fields: Partial<Record<Field, number>>;
}
const NOTHING: Resolved = { fields: {} };

const NO_SYMBOL =
  'maps are declared by .map, data stands in .data, .rodata or .bss; variables of the kernel are not there';

class Linker {
  readonly relocs: MapReloc[] = [];
  private readonly scope: LinkScope;
  private readonly starts: ReadonlyMap<Body, number>;

  constructor(scope: LinkScope, starts: ReadonlyMap<Body, number>) {
    this.scope = scope;
    this.starts = starts;
  }

  write(insns: Uint8Array, body: Body, draft: Draft, pc: number): void {
    if (draft.name === 'raw') {
      new DataView(insns.buffer).setBigUint64(pc * SLOT_BYTES, BigInt.asUintN(64, draft.raw ?? 0n), true);
      return;
    }
    const found = draft.ref === undefined ? NOTHING : this.resolve(body, draft.ref, pc);
    encodeInsn(insns, pc, makeInsn(found.op ?? draft.name, { ...draft.fields, ...found.fields }));
  }

  private resolve(body: Body, ref: Ref, pc: number): Resolved {
    switch (ref.kind) {
      case 'jump':
        return { fields: { [ref.field]: this.distance(body, ref, pc) } };
      case 'call':
        return this.call(body, ref, pc);
      case 'callsub':
      case 'func':
        return { fields: { imm: this.codeDistance(body, ref, pc) ?? this.noLabel(body, ref) } };
      case 'map':
        return { fields: { imm: this.map(ref, pc) } };
      case 'mapval':
        return { fields: { imm: this.map(ref, pc, Number(ref.add)), hi: Number(ref.add) } };
      case 'symbol':
        return this.symbol(body, ref, pc);
      default:
        return ref satisfies never;
    }
  }

  private distance(body: Body, ref: JumpRef, pc: number): number {
    const start = this.starts.get(body)!;
    const target = labelPc(body, ref.name, pc - start) ?? this.noLabel(body, ref);
    const slots = start + target - pc - 1;
    if (ref.field === 'off' && (slots < -32768 || slots > 32767)) {
      return refuse(ref, 'jump-range', [slots], 'gotol reaches further');
    }
    return slots;
  }

  /** Slots to a label of this body or a function of .text; undefined when the name is neither. */
  private codeDistance(body: Body, ref: Ref, pc: number): number | undefined {
    const start = this.starts.get(body)!;
    const local = labelPc(body, ref.name, pc - start);
    if (local !== undefined) return start + local - pc - 1;
    const callee = functionOf(body, ref, this.scope);
    return callee === undefined ? undefined : this.starts.get(callee)! - pc - 1;
  }

  private call(body: Body, ref: Ref, pc: number): Resolved {
    const slots = this.codeDistance(body, ref, pc);
    if (slots !== undefined) return { op: 'call_subprog', fields: { imm: slots } };
    const [name, id] = ref.name.split('#');
    const known = this.scope.helpers.get(bare(name!));
    // A kernel's log has its own number behind the name of a kernel function; here the name counts.
    const kfunc = known === undefined ? this.scope.kfuncs.get(name!) : undefined;
    if (kfunc !== undefined) return { op: 'call_kfunc', fields: { imm: kfunc } };
    if (id !== undefined) {
      if (known !== undefined && known !== Number(id)) refuse(ref, 'helper-id', [name!, known, BigInt(id)]);
      return { fields: { imm: Number(id) } };
    }
    if (known !== undefined) return { fields: { imm: known } };
    if (this.scope.programs.has(ref.name)) {
      return refuse(
        ref,
        'not-a-subprog',
        [ref.name],
        'a program is reached by bpf_tail_call; a subprogram stands in .text',
      );
    }
    const { helpers, kfuncs, functions } = this.scope;
    const names = [...helpers.keys()];
    const like = ref.name.startsWith('bpf_') ? names.map((helper) => `bpf_${helper}`) : names;
    const others = [...kfuncs.keys(), ...body.labels.keys(), ...functions.keys()];
    return refuse(ref, 'unknown-helper', [ref.name], didYouMean(ref.name, [...like, ...others]));
  }

  private map(ref: Ref, pc: number, valueOff?: number, map = ref.name): number {
    const number = this.scope.maps.get(map);
    if (number === undefined) {
      return refuse(ref, 'unknown-map', [map], didYouMean(map, this.scope.maps.keys()));
    }
    this.relocs.push({ pc, map, ...(valueOff === undefined ? {} : { valueOff }) });
    return number;
  }

  /** `r1 = name ll`: the map, the function, or the global data of that name. */
  private symbol(body: Body, ref: AddressRef, pc: number): Resolved {
    if (this.scope.maps.has(ref.name)) {
      if (ref.add === 0n) return { op: 'ld_map_fd', fields: { imm: this.map(ref, pc) } };
      return refuse(
        ref,
        'trailing',
        [`offset ${ref.add}`],
        `inside of its value: mapval[${ref.name}]+${ref.add} ll`,
      );
    }
    const slots = this.codeDistance(body, ref, pc);
    if (slots !== undefined) return { op: 'ld_func', fields: { imm: slots } };
    const { data, maps, functions, btfMaps } = this.scope;
    const symbol = data.get(ref.name);
    if (symbol !== undefined) {
      const off = symbol.off + Number(ref.add);
      return { op: 'ld_map_value', fields: { imm: this.map(ref, pc, off, symbol.map), hi: off } };
    }
    if (btfMaps.has(ref.name)) {
      const hint = `what is in .maps says its type in BTF only: .map ${ref.name} hash key=8 value=8 entries=64`;
      return refuse(ref, 'unknown-symbol', [ref.name], hint);
    }
    const names = [...maps.keys(), ...data.keys(), ...functions.keys(), ...body.labels.keys()];
    const hint = didYouMean(ref.name, names);
    return refuse(ref, 'unknown-symbol', [ref.name], hint === '' ? NO_SYMBOL : hint);
  }

  private noLabel(body: Body, ref: Ref): never {
    return refuse(ref, 'unknown-label', [ref.name], didYouMean(ref.name, body.labels.keys()));
  }
}

/** A helper's name without `bpf_`. */
function bare(name: string): string {
  return name.replace(/^bpf_/, '');
}
