// The command line: finds the command, runs it, and turns whatever goes wrong into one sentence and an exit code.
//
// 0 done, 1 refused or failed, 2 wrong usage. Data goes to stdout; talk and progress to stderr.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { FormatError } from '../../traces/index.ts';
import { UserError } from '../errors.ts';
import { PACKAGE_ROOT } from '../library/package-root.ts';
import { optimiseSooner } from '../library/wasm-tiering.ts';
import { COMMANDS } from './commands.ts';
import { EXIT, endOnBrokenPipe, endOnSignals, say } from './output.ts';

const EXAMPLES = `
Examples:
  tailscope serve                                  the page, with the recordings that come with it
  tailscope run tracex5 --trace dd                 trace_pipe and maps of a program over a recording
  tailscope import build.strace.gz                 a strace log to build.sct
  tailscope record -o ls.sct -- ls -l /usr         records a command with strace
  tailscope info ls.sct --json                     what a recording holds

A recording T is named by its manifest name (tailscope list) or by the path of a .sct file, of a strace log or of a capture of packets (pcap, pcapng; gzip and zstd too).`;

/** Runs `tailscope ARGS`; sets the exit code and never throws. */
export async function main(args: readonly string[]): Promise<void> {
  endOnBrokenPipe();
  endOnSignals();
  optimiseSooner();
  const program = buildProgram();
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error, args.includes('--debug'));
  }
}

function buildProgram(): Command {
  const program = new Command('tailscope')
    .description('Runs real eBPF programs over recorded system calls.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .option('--debug', 'show where an error comes from')
    .showHelpAfterError('(add --help for how it is used)')
    .addHelpText('after', EXAMPLES)
    .enablePositionalOptions()
    .exitOverride();
  for (const add of Object.values(COMMANDS))
    add(program)
      .option('--debug', 'show where an error comes from')
      .helpOption('-h, --help', 'print this help');
  return program;
}

function report(error: unknown, isDebug: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof UserError) {
    say(`tailscope: ${isDebug ? error.stack : error.message}`);
    return error.code === 'bad-option' ? EXIT.usage : EXIT.failed;
  }
  if (error instanceof FormatError) {
    say(`tailscope: the .sct recording cannot be read any further: ${isDebug ? error.stack : error.message}`);
    return EXIT.failed;
  }
  const text = error instanceof Error ? (isDebug ? error.stack : error.message) : String(error);
  say(`tailscope: ${text}${isDebug ? '' : '\nthis is a mistake in tailscope itself; --debug shows where'}`);
  return EXIT.failed;
}

function packageVersion(): string {
  const json: unknown = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8'));
  return (json as { version: string }).version; // our own package.json
}
