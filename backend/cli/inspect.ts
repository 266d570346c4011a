// tailscope inspect: what an object holds: sections, maps, programs and their hooks, relocations, types.
import type { Command } from 'commander';
import { declarations, type ObjectFile } from '../../vm/index.ts';
import { inspectProgram } from '../library/inspect-program.ts';
import { readObjectFile, type ProgramSource } from '../library/programs.ts';
import { inspectResult } from './inspect-result.ts';
import { inspectText } from './inspect-text.ts';
import { print, printJson } from './output.ts';
import { addProgramOptions, PROGRAM_ARGUMENT, programFrom, type ProgramFlags } from './program-options.ts';

const HELP = `
Examples:
  tailscope inspect ./opensnoop.bpf.o
  tailscope inspect ./opensnoop.bpf.o --relocs --kernel linux-5.10
  tailscope inspect ./opensnoop.bpf.o --types > opensnoop.h

Hooks are those that the sections of the programs name, and whether a recording can come to them. tailscope verify tells whether the
programs are accepted, tailscope disasm shows their insns.`;

interface InspectOptions extends ProgramFlags {
  readonly types?: boolean;
  readonly relocs?: boolean;
  readonly json?: boolean;
}

export function addInspect(program: Command): Command {
  const command = program
    .command('inspect')
    .summary('tell what an object holds')
    .description(
      'Tells what an object holds: sections, maps, programs and their hooks, externs, relocations, types.',
    )
    .argument('<PROG>', PROGRAM_ARGUMENT)
    .option('--relocs', 'list every relocation, with what CO-RE found in the kernel')
    .option('--types', 'print the types of the object as C, and nothing else')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP)
    .action(run);
  return addProgramOptions(command);
}

async function run(
  path: string,
  { types = false, relocs = false, json = false, ...flags }: InspectOptions,
): Promise<void> {
  const source = programFrom(path, flags);
  const file = fileOf(source);
  if (types) return print(file?.types === undefined ? '' : declarations(file.types));
  const inspected = inspectProgram(source);
  if (json) await printJson(inspectResult(source, file, inspected));
  else await print(inspectText(source, file, inspected, relocs));
}

/** What stands in the file; undefined for assembly text. */
function fileOf({ path, content }: ProgramSource): ObjectFile | undefined {
  return content.kind === 'object' ? readObjectFile(path, content.bytes) : undefined;
}
