// tailscope disasm: the insns of a program, as they are loaded, with the C lines that they were made from.
import { basename } from 'node:path';
import type { Command } from 'commander';
import { disassemble, type LineInfo, type ProgSpec } from '../../vm/index.ts';
import { openProgram, type OpenedProgram } from '../library/programs.ts';
import { print, printJson } from './output.ts';
import { addProgramOptions, PROGRAM_ARGUMENT, programFrom, type ProgramFlags } from './program-options.ts';

const HELP = `
Examples:
  tailscope disasm tracex5
  tailscope disasm ./opensnoop.bpf.o --prog tracepoint__syscalls__sys_exit_open
  tailscope disasm ./opensnoop.bpf.o --kernel /sys/kernel/btf/vmlinux --json

Insns are those that would be loaded: linked with the functions they call, offsets of the kernel's structs filled in. What CO-RE
did to an insn stands behind it.`;

interface DisasmOptions extends ProgramFlags {
  readonly source: boolean;
  readonly json?: boolean;
}

export function addDisasm(program: Command): Command {
  const command = program
    .command('disasm')
    .summary('print the insns of a program')
    .description('Prints the insns of the programs of an object, with the lines that they were made from.')
    .argument('<PROG>', PROGRAM_ARGUMENT)
    .option('--no-source', 'leave out the lines of the source')
    .option('--json', 'print one JSON document: insns, text, lines and relocations of each program')
    .addHelpText('after', HELP)
    .action(run);
  return addProgramOptions(command);
}

async function run(path: string, { source, json = false, ...flags }: DisasmOptions): Promise<void> {
  const opened = openProgram(programFrom(path, flags));
  const { progs } = opened.spec;
  if (json) return printJson(progs.map((prog) => resultOf(opened, prog)));
  for (const [i, prog] of progs.entries()) {
    await print(`${i === 0 ? '' : '\n'}${progText(opened, prog, source)}`);
  }
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

function placeOf({ file, line, column }: LineInfo): string {
  const name = basename(file);
  return column === 0 ? `${name}:${line}` : `${name}:${line}:${column}`;
}

function resultOf(opened: OpenedProgram, prog: ProgSpec): unknown {
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
