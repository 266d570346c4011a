// What stands behind a loaded program, for people: lines of C, insns of eBPF, and the WebAssembly that was made of them, each with the others that belong to it.

/** A line of C, or of the assembly text that a program was made of. */
export interface SourceLine {
  /** Undefined where only the line is known: of assembly text. */
  readonly file: string | undefined;
  /** From 1; 0 unknown. */
  readonly line: number;
  /** From 1; 0 unknown. */
  readonly column: number;
  readonly text: string | undefined;
}

/** An insn of eBPF. */
export interface CodeInsn {
  readonly pc: number;
  /** In the words of clang: 'r1 = map[counts] ll'. */
  readonly text: string;
  /** What it was made from: one object for insns that stand together and are of the same line. */
  readonly source: SourceLine | undefined;
  /** The verifier has seen that no run comes here: there is no code for it. */
  readonly isDead: boolean;
  /** How often it was begun; undefined where the machine does not count that. */
  readonly hits: number | undefined;
  /** What stands in the place of a call: 'array lookup counts'. */
  readonly inlined: readonly string[];
}

/** An insn of WebAssembly. */
export interface WasmLine {
  /** The insn of eBPF that it is for, -1 for none: frames of blocks and loops, what a function begins with. */
  readonly pc: number;
  /** Blocks and loops around it. */
  readonly depth: number;
  readonly text: string;
  /** What was inlined, on each insn of it. */
  readonly what: string | undefined;
  /** What stands at the offset that it reads or writes: 'insns', 'r3'. */
  readonly place: string | undefined;
}

/** A function of WebAssembly. */
export interface WasmFunc {
  readonly name: string;
  /** Its name with parameters and results, then its locals. */
  readonly head: readonly string[];
  /** In their order; after the last one the function ends. */
  readonly lines: readonly WasmLine[];
  readonly bytes: number;
  /** Locals besides parameters. */
  readonly locals: number;
}

/** A function of a program: the program itself, or a subprogram. */
export interface CodeFunc {
  readonly name: string;
  /** pc of its first insn. */
  readonly pc: number;
  /** All insns up to the next function. */
  readonly insns: readonly CodeInsn[];
  /** Undefined where there is none: see `ProgCode.why`, or no run comes here. */
  readonly wasm: WasmFunc | undefined;
}

/** A program as people look at it. */
export interface ProgCode {
  readonly prog: string;
  /** Why the interpreter runs it, whichever engine the machine was told to use: there is no WebAssembly. Undefined where there is. */
  readonly why: string | undefined;
  /** Slots of eBPF. */
  readonly insns: number;
  /** Bytes and locals of all its functions of WebAssembly, those that it calls included. */
  readonly wasmBytes: number;
  readonly wasmLocals: number;
  /** By first pc, the program itself first. */
  readonly functions: readonly CodeFunc[];
  /** Functions of the runtime that it calls, and ways into its subprograms for helpers. */
  readonly others: readonly WasmFunc[];
  /** Functions of JavaScript that it calls: 'js:call' for helpers that are not inlined. */
  readonly imports: readonly string[];
}

/** An insn with its WebAssembly beside it. */
export interface CodeRow {
  /** Undefined for WebAssembly that is for none. */
  readonly insn: CodeInsn | undefined;
  /** The insn stood further up already: this is what is done on its way to another block. */
  readonly isAgain: boolean;
  readonly lines: readonly WasmLine[];
}

/** The insns of a function with what they became, in the order of the WebAssembly. Insns that became nothing stand behind the one before them. */
export function codeRows({ insns, wasm }: CodeFunc): CodeRow[] {
  const byPc = new Map(insns.map((insn) => [insn.pc, insn]));
  const groups = groupsOf(wasm?.lines ?? []);
  const behind = withoutCode(insns, new Set(groups.map(({ pc }) => pc)));
  const rows: CodeRow[] = [];
  const shown = new Set<number>();
  const addEmpty = (pc: number): void => {
    for (const insn of behind.get(pc) ?? []) rows.push({ insn, isAgain: false, lines: [] });
  };
  addEmpty(NO_PC);
  for (const { pc, lines } of groups) {
    const isAgain = shown.has(pc);
    rows.push({ insn: byPc.get(pc), isAgain, lines });
    if (pc === NO_PC || isAgain) continue;
    shown.add(pc);
    addEmpty(pc);
  }
  return rows;
}

const NO_PC = -1;

/** Lines one after the other that are for the same insn. */
function groupsOf(lines: readonly WasmLine[]): { readonly pc: number; readonly lines: WasmLine[] }[] {
  const groups: { readonly pc: number; readonly lines: WasmLine[] }[] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    if (last?.pc === line.pc) last.lines.push(line);
    else groups.push({ pc: line.pc, lines: [line] });
  }
  return groups;
}

/** Insns that became nothing, by the pc of the last one before them that became something; -1 for none. */
function withoutCode(
  insns: readonly CodeInsn[],
  hasCode: ReadonlySet<number>,
): ReadonlyMap<number, readonly CodeInsn[]> {
  const behind = new Map<number, CodeInsn[]>();
  let last = NO_PC;
  for (const insn of insns) {
    if (hasCode.has(insn.pc)) last = insn.pc;
    else behind.set(last, [...(behind.get(last) ?? []), insn]);
  }
  return behind;
}
