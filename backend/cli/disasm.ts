// tailscope disasm: the insns of a program, as they are loaded, with the C lines that they were made from, and the WebAssembly that they become.
import type { Command } from 'commander';
import { disassemble, type LineInfo, type ProgSpec } from '../../vm/index.ts';
import { openProgram, type OpenedProgram } from '../library/programs.ts';
import { placeOf } from './code-text.ts';
import { moduleTexts, wasmResults, wasmTexts } from './disasm-wasm.ts';
import { wholeNumber } from './options.ts';
import { print, printJson } from './output.ts';
import { addProgramOptions, PROGRAM_ARGUMENT, programFrom, type ProgramFlags } from './program-options.ts';

const HELP = `
Examples:
  tailscope disasm tracex5
  tailscope disasm ./opensnoop.bpf.o --prog tracepoint__syscalls__sys_exit_open
  tailscope disasm ./opensnoop.bpf.o --kernel /sys/kernel/btf/vmlinux --json
  tailscope disasm tracex5 --wasm --prog main_prog
  tailscope disasm tracex5 --wasm --no-columns > tracex5.txt
  tailscope disasm tracex5 --module > tracex5.wat

Insns are those that would be loaded: linked with the functions they call, offsets of the kernel's structs filled in. What CO-RE
did to an insn stands behind it.

--wasm verifies and compiles the programs: C, eBPF and WebAssembly side by side, in as many columns as the terminal has; what is inlined stands
below its insn. Addresses of maps are those of a machine with one CPU that holds nothing else. Of functions of the runtime the names are told:
--module has them too.`;

interface DisasmOptions extends ProgramFlags {
  readonly source: boolean;
  readonly wasm?: boolean;
  readonly module?: boolean;
  readonly columns: boolean;
  readonly width?: number;
  readonly json?: boolean;
}

export function addDisasm(program: Command): Command {
  const command = program
    .command('disasm')
    .summary('print the insns of a program')
    .description('Prints the insns of the programs of an object, with the lines that they were made from.')
    .argument('<PROG>', PROGRAM_ARGUMENT)
    .option('--no-source', 'leave out the lines of the source')
    .option('--wasm', 'show the WebAssembly that they are compiled to, beside insns and source')
    .option('--no-columns', 'with --wasm: one below the other, and nothing cut off')
    .option(
      '--width <N>',
      'with --wasm: columns of text, in the place of those of the terminal',
      wholeNumber('--width', 60, 1000),
    )
    .option('--module', 'print the whole modules as WebAssembly text, and nothing else')
    .option(
      '--json',
      'print one JSON document: insns, text, lines and relocations of each program; with --wasm the code of each',
    )
    .addHelpText('after', HELP)
    .action(run);
  return addProgramOptions(command);
}

async function run(path: string, options: DisasmOptions): Promise<void> {
  const { source, wasm = false, module = false, columns, width = terminalWidth(), json = false } = options;
  const found = programFrom(path, options);
  const opened = openProgram(found);
  const { progs } = opened.spec;
  if (module) return printParts(moduleTexts(opened));
  if (json) {
    const codes = wasm ? wasmResults(opened) : undefined;
    return printJson(progs.map((prog) => ({ ...resultOf(opened, prog), ...wasmPart(codes, prog) })));
  }
  if (wasm) return printParts(wasmTexts(opened, found, columns ? width : undefined));
  for (const [i, prog] of progs.entries()) {
    await print(`${i === 0 ? '' : '\n'}${progText(opened, prog, source)}`);
  }
}

/** Columns where stdout is no terminal. */
const PLAIN_WIDTH = 160;

function terminalWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns : PLAIN_WIDTH;
}

async function printParts(parts: readonly string[]): Promise<void> {
  for (const [i, part] of parts.entries()) await print(`${i === 0 ? '' : '\n'}${part}`);
}

/** The code of a program, null for one that is left out; nothing where it was not asked for. */
function wasmPart(codes: ReturnType<typeof wasmResults> | undefined, { name }: ProgSpec): object {
  return codes === undefined ? {} : { code: codes.get(name) ?? null };
}

/** What is known of an insn besides its text. */
interface InsnRow {
  readonly pc: number;
  readonly bytes: string;
  readonly text: string;
  /** The function that begins here. */
  readonly func: string | undefined;
  /** The line that begins here. */
  readonly line: LineInfo | undefined;
  readonly core: string | undefined;
}

const SLOT_BYTES = 8;

function rowsOf({ object }: OpenedProgram, { name, insns, relocs, funcs, sourceLines }: ProgSpec): InsnRow[] {
  const known = new Map(funcs?.map((func) => [func.pc, func.name]));
  const lines = new Map(sourceLines?.map((line) => [line.pc, line]));
  const core = new Map(
    object?.core.get(name)?.map(({ relo, asked, why }) => [relo.pc, `CO-RE ${why ?? asked}`]),
  );
  return disassemble(insns, { relocs, helperNames: true }).map(({ pc, text, slots }) => ({
    pc,
    bytes: Buffer.from(insns.subarray(pc * SLOT_BYTES, (pc + slots) * SLOT_BYTES)).toString('hex'),
    text,
    func: known.get(pc),
    line: lines.get(pc),
    core: core.get(pc),
  }));
}

const TEXT_COLUMN = 48;

function progText(opened: OpenedProgram, prog: ProgSpec, hasSource: boolean): string {
  const rows = rowsOf(opened, prog);
  const head = `${prog.name}: section ${prog.section}, ${prog.type}, ${prog.insns.length / SLOT_BYTES} insns\n`;
  const body = rows.map(({ pc, text, func, line, core }) => {
    const name = func === undefined ? '' : `${func}:\n`;
    const source = hasSource && line !== undefined ? `  ; ${line.text.trim()}  (${placeOf(line)})\n` : '';
    const insn = `${String(pc).padStart(6)}: ${text}`;
    return `${name}${source}${core === undefined ? insn : `${insn.padEnd(TEXT_COLUMN)}  # ${core}`}\n`;
  });
  return head + body.join('');
}

function resultOf(opened: OpenedProgram, prog: ProgSpec): object {
  return {
    prog: prog.name,
    section: prog.section,
    type: prog.type,
    insns: rowsOf(opened, prog).map((row) => rowResult(row)),
  };
}

function rowResult({ pc, bytes, text, func, line, core }: InsnRow): unknown {
  return { pc, bytes, text, func: func ?? null, line: line ?? null, core: core ?? null };
}
