// tailscope record: a command under strace, straight to .sct.
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { refusal } from '../errors.ts';
import { importLogs } from '../library/import-log.ts';
import { openWholeFile, refuseExisting } from '../library/whole-file.ts';
import { importText, tellWarnings } from './import.ts';
import { say } from './output.ts';
import { chooseProfile, traceCommand } from './strace.ts';

const HELP = `
Examples:
  tailscope record -- ls -l /usr                   writes ls.sct
  tailscope record -o build.sct -- make -j2
  tailscope run tracex5 --trace build.sct

The command has this terminal, and its exit code is passed on. Ctrl-C ends the command and keeps the recording. Its environment
is not recorded; its arguments, file names and the first 256 bytes of what it reads and writes are.`;

interface RecordFlags {
  readonly output?: string;
  readonly title?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addRecord(program: Command): Command {
  return program
    .command('record')
    .summary('record a command with strace')
    .description('Runs a command under strace and writes what it does to a .sct recording.')
    .argument('<CMD...>', "the command, after '--'")
    .option('-o, --output <OUT>', 'where to write; CMD.sct in this folder if not given')
    .option('--title <T>', 'title of the recording')
    .option('--force', 'overwrite OUT')
    .option('--json', 'print what was recorded as JSON on stderr')
    .passThroughOptions()
    .addHelpText('after', HELP)
    .action(record);
}

async function record(command: readonly string[], flags: RecordFlags): Promise<void> {
  const out = flags.output ?? `${basename(command[0] ?? '')}.sct`;
  const isForced = flags.force === true;
  if (!isForced) refuseExisting(out);
  if (!isThere(command[0] ?? '')) throw refusal('no-command', command[0] ?? '');
  const profile = await chooseProfile();
  if (profile.remark !== '') say(profile.remark);
  const file = openWholeFile(out, isForced);
  try {
    const traced = await traceCommand(command, profile);
    const text = command.map((word) => shellWord(word)).join(' ');
    const result = await importLogs([{ name: 'strace', bytes: traced.log }], (bytes) => file.write(bytes), {
      title: flags.title ?? text,
      command: text,
    }).catch(async (error: unknown) => {
      await traced.exitCode; // the command goes on to its end without being recorded
      throw error;
    });
    const exitCode = await traced.exitCode;
    file.keep();
    tellWarnings(result.footer.warnings);
    if (flags.json === true)
      process.stderr.write(
        `${JSON.stringify({ out, exitCode, calls: result.calls, byteSize: result.byteSize })}\n`,
      );
    else say(`${out}: ${importText(result)}`);
    process.exitCode = exitCode;
  } finally {
    file.drop();
  }
}

/** Whether the shell would find the command; strace itself says so only when it runs. */
function isThere(command: string): boolean {
  if (command.includes('/')) return existsSync(command);
  const folders = (process.env['PATH'] ?? '').split(':');
  return folders.some((folder) => existsSync(`${folder === '' ? '.' : folder}/${command}`));
}

/** A word as a shell would need it. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
