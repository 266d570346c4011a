// tailscope import: strace logs and captures of packets to a .sct recording.
import { statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { ImportWarning } from '../../traces/index.ts';
import { refusal } from '../errors.ts';
import { importLogs, logFile, stemOf, type ImportOptions, type ImportResult } from '../library/import-log.ts';
import { openWholeFile, refuseExisting } from '../library/whole-file.ts';
import { countOf, print, printable, printJson, say } from './output.ts';
import { createProgress } from './progress.ts';

/** Warnings told one by one; --json has more. */
const TOLD_WARNINGS = 20;

const HELP = `
Examples:
  tailscope import build.strace.gz                    writes build.sct beside it
  tailscope import trace.101 trace.102 -o trace.sct   the files of one strace -ff
  tailscope import web.pcapng                         packets, as tcpdump and Wireshark write them
  zstdcat big.zst | tailscope import - -o big.sct

Record the log with -o and with as much as you can:
  strace -f -Y -n -yy --absolute-timestamps=unix,ns --syscall-times=ns -X raw -s 256 -o FILE CMD`;

interface ImportFlags {
  readonly output?: string;
  readonly title?: string;
  readonly command?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addImport(program: Command): Command {
  return program
    .command('import')
    .summary('turn strace logs and captures into a .sct recording')
    .description(
      'Imports strace logs and captures (pcap, pcapng), also gzip and zstd; several logs are those of one strace -ff, several captures follow each other.',
    )
    .argument('<FILE...>', "log or capture; '-' reads stdin")
    .option('-o, --output <OUT>', 'where to write; beside the first log with the ending .sct if not given')
    .option('--title <T>', 'title of the recording')
    .option('--command <C>', 'the command that was recorded')
    .option('--force', 'overwrite OUT')
    .option('--json', 'print what was imported as JSON')
    .addHelpText('after', HELP)
    .action(importFiles);
}

async function importFiles(files: readonly string[], flags: ImportFlags): Promise<void> {
  const out = flags.output ?? outputFor(files);
  if (files.some((file) => file !== '-' && resolve(file) === resolve(out)))
    throw flags.output === undefined ? refusal('is-sct', out) : refusal('output-is-input', out);
  const sources = await Promise.all(files.map((file) => logFile(file)));
  if (flags.force !== true) refuseExisting(out);
  const progress = createProgress(`importing ${basename(files[0] ?? '')}`);
  const size = totalSize(files);
  const file = openWholeFile(out, flags.force === true);
  let result: ImportResult;
  try {
    const options: ImportOptions = {
      onBytes: (read) => progress.update(read, size),
      ...(flags.title === undefined ? {} : { title: flags.title }),
      ...(flags.command === undefined ? {} : { command: flags.command }),
    };
    result = await importLogs(sources, (bytes) => file.write(bytes), options);
    file.keep();
  } finally {
    progress.end();
    file.drop();
  }
  tellWarnings(result.footer.warnings);
  await printResult(out, result, flags.json === true);
}

/** One line, or one JSON object, on stdout about an import into `out`. */
async function printResult(out: string, result: ImportResult, isJson: boolean): Promise<void> {
  const { calls, packets, byteSize, footer } = result;
  const { lines, badLines, orphanLines, otherLines, warnings, sources } = footer;
  if (isJson)
    return printJson({
      out,
      lines,
      calls,
      packets,
      byteSize,
      badLines,
      orphanLines,
      otherLines,
      warnings,
      sources,
    });
  await print(`${out}: ${importText(result)}\n`);
}

/** '1,234 lines, 1,200 calls, 9,840 bytes (8.2 bytes a call), 0 bad lines'; '503 packets, 9,465 bytes (18.8 bytes a packet), 0 bad blocks'. */
export function importText({ calls, packets, byteSize, footer }: ImportResult): string {
  if (calls === 0 && packets > 0) {
    return [
      countOf(packets, 'packet'),
      `${byteSize.toLocaleString('en-US')} bytes (${(byteSize / packets).toFixed(1)} bytes a packet)`,
      countOf(footer.badLines, 'bad block'),
    ].join(', ');
  }
  const each = calls === 0 ? '' : ` (${(byteSize / calls).toFixed(1)} bytes a call)`;
  return [
    countOf(footer.lines, 'line'),
    countOf(calls, 'call'),
    `${byteSize.toLocaleString('en-US')} bytes${each}`,
    countOf(footer.badLines, 'bad line'),
  ].join(', ');
}

/** The first warnings on stderr, each with its place and the line it is about. */
export function tellWarnings(warnings: readonly ImportWarning[]): void {
  for (const { file, line, message, text } of warnings.slice(0, TOLD_WARNINGS)) {
    const place = line === 0 ? file : `${file}:${line}`;
    say(`${place}: ${message}${text === '' ? '' : `: ${printable(text)}`}`);
  }
  if (warnings.length > TOLD_WARNINGS)
    say(`and ${countOf(warnings.length - TOLD_WARNINGS, 'more warning')}; --json shows them`);
}

/** Beside the first log; the files of a -ff set share the stem before `.PID`. */
function outputFor(files: readonly string[]): string {
  const first = files[0] ?? '';
  if (first === '-')
    throw refusal('bad-option', '-o', 'left out', 'a file to write when the log comes from stdin');
  return join(dirname(first), `${stemOf(basename(first), files.length > 1)}.sct`);
}

function totalSize(files: readonly string[]): number {
  if (files.includes('-')) return 0;
  return files.reduce((sum, file) => sum + statSync(file).size, 0);
}
