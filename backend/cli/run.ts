// tailscope run: a program over a recording, without a page. What it prints and hands over to stdout as it comes, then the maps.
import type { Command } from 'commander';
import { formatPrintk, type Printk } from '../../vm/index.ts';
import { refusal } from '../errors.ts';
import { openTrace, type OpenedTrace } from '../library/open-trace.ts';
import { openProgram, type OpenedProgram, type ProgramSource } from '../library/programs.ts';
import { decodeRecord, type ProgramRecord } from '../session/records.ts';
import { createReplay, type Replay, type ReplayProgram } from '../session/replay.ts';
import { wholeNumber } from './options.ts';
import { print, printJson, say } from './output.ts';
import {
  addEngineOption,
  addProgramOptions,
  PROGRAM_ARGUMENT,
  programFrom,
  type ProgramFlags,
} from './program-options.ts';
import { profileText, type SourceOf } from './profile-text.ts';
import { createProgress } from './progress.ts';
import { tellAssumed, tellFaults, tellLeftOut, tellSilent, tellUnknown, tellVariables } from './run-talk.ts';
import { mapsText, recordText } from './run-text.ts';
import { resultOf, type Replayed } from './run-result.ts';

/** Points between two turns of the event loop, in which stdout drains and signals arrive. */
const POINTS_A_TURN = 16_384;

const HELP = `
Examples:
  tailscope run tracex5 --trace dd
  tailscope run ./opensnoop.bpf.o --trace build.strace.gz --set targ_failed=true
  tailscope run ./mine.bpf.asm --trace build.strace.gz --json > result.json
  tailscope run tracex5 --trace dd --profile

PROG is the name of a sample (tailscope list), the path of an object that clang made, or of assembly text. Records of ring buffers and perf
buffers are printed by their BTF type where one fits: --record events=exec_event names it. Programs that do not run, faults, and what the
recording could not answer are told on stderr; they do not change the exit code, which is 0 when the recording was replayed to its end.

--profile prints how often each insn ran: the program that ran most insns first, its insns in the order of the code under their lines of C. It
makes programs slower, and changes nothing of what they do.`;

interface RunOptions extends ProgramFlags {
  readonly trace: string;
  readonly json?: boolean;
  readonly limit?: number;
  readonly profile?: boolean;
  readonly record?: Readonly<Record<string, string>>;
}

export function addRun(program: Command): Command {
  const command = program
    .command('run')
    .summary('run a program over a recording')
    .description(
      'Replays a recording through a program as fast as it can: trace_pipe and records, then the maps.',
    )
    .argument('<PROG>', PROGRAM_ARGUMENT)
    .requiredOption('-t, --trace <T>', 'recording: manifest name, .sct, strace log or capture')
    .option('--limit <N>', 'stop after N calls', wholeNumber('--limit', 1, Infinity))
    .option('--record <MAP=TYPE>', 'struct that the records of a map are; repeatable', recordType)
    .option('--profile', 'count how often each insn runs, and print that')
    .option('--json', 'print one JSON document: printk, records, progs, maps, progArrays, faults and counts')
    .addHelpText('after', HELP)
    .action(run);
  return addEngineOption(addProgramOptions(command));
}

/** MAP=TYPE. Throws UserError 'bad-option'. */
function recordType(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, map, type] = /^([\w.]+)=(?:struct )?(\w+)$/.exec(text) ?? [];
  if (map === undefined || type === undefined) {
    throw refusal('bad-option', '--record', text, 'MAP=TYPE, such as --record events=exec_event');
  }
  return { ...before, [map]: type };
}

async function run(path: string, options: RunOptions): Promise<void> {
  const { trace, json = false, limit = Infinity, profile = false, record = {} } = options;
  const source = programFrom(path, options);
  const program = openProgram(source);
  checkRecordTypes(program, record);
  tellAssumed(program);
  const opened = await openWithProgress(trace);
  if (opened.recording.damage !== undefined) say(`${trace}: ${opened.recording.damage.message}`);
  const done = await replayAll(opened, { ...program, profile }, limit, json, record);
  tellLeftOut(program, done.replay);
  tellSilent(done.replay);
  tellVariables(program, done.replay);
  tellFaults(done.replay);
  tellUnknown(done.replay);
  if (json) await printJson(resultOf(opened, done, record, program));
  else await print(mapsText(done.replay));
  if (profile && !json) await print(profileText(done.replay.machine, done.replay.object, sourceOf(source)));
}

/** Of assembly text the lines are those of the file. */
function sourceOf({ path, content }: ProgramSource): SourceOf {
  return { path, lines: content.kind === 'text' ? content.text.split('\n') : [] };
}

/** Throws UserError 'no-map', 'no-type' for a map or a struct that the object does not have. */
function checkRecordTypes({ spec }: OpenedProgram, asked: Readonly<Record<string, string>>): void {
  for (const [map, type] of Object.entries(asked)) {
    if (!spec.maps.some(({ name }) => name === map)) throw refusal('no-map', map);
    if (spec.types?.find('struct', type) === undefined) throw refusal('no-type', type, spec.name);
  }
}

/** Opens a recording with a bar on stderr while a log is imported. */
export async function openWithProgress(trace: string): Promise<OpenedTrace> {
  const progress = createProgress(`importing ${trace}`);
  try {
    return await openTrace(trace, { onBytes: (read, of) => progress.update(read, of) });
  } finally {
    progress.end();
  }
}

/** Replays up to `limit` calls. What programs print and hand over goes to stdout as it comes, or is kept. */
async function replayAll(
  opened: OpenedTrace,
  program: ReplayProgram,
  limit: number,
  isKept: boolean,
  types: Readonly<Record<string, string>>,
): Promise<Replayed> {
  const lines: Printk[] = [];
  const records: ProgramRecord[] = [];
  let text = '';
  const replay: Replay = createReplay(opened.recording, program, {
    onPrintk(printk) {
      if (isKept) lines.push(printk);
      else text += `${formatPrintk(printk)}\n`;
    },
    onRecord(record) {
      if (isKept) records.push(record);
      else text += recordText(record, decodeRecord(replay.object, record, types));
    },
  });
  for (let isDone = false; !isDone && replay.totals.calls < limit;) {
    const points = Math.min(POINTS_A_TURN, limit - replay.totals.calls);
    const before = replay.cursor.points;
    replay.run(Infinity, points, () => false);
    isDone = replay.cursor.points === before;
    if (text !== '') await print(text);
    text = '';
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  return { replay, lines, records };
}
