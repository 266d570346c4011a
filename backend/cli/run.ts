// tailscope run: a program over a recording, without a page. trace_pipe to stdout, then the maps.
import type { Command } from 'commander';
import { formatPrintk, type ObjectSpec, type Printk } from '../../vm/index.ts';
import { openTrace, type OpenedTrace } from '../library/open-trace.ts';
import { openProgram } from '../library/programs.ts';
import type { MapEntryView } from '../protocol/index.ts';
import { countEntries, readWholeMap } from '../session/map-page.ts';
import { recordsOf, viewPrograms } from '../session/programs-view.ts';
import { createReplay, type Replay } from '../session/replay.ts';
import { wholeNumber } from './options.ts';
import { countOf, print, printJson, say } from './output.ts';
import { createProgress } from './progress.ts';

/** Points between two turns of the event loop, in which stdout drains and signals arrive. */
const POINTS_A_TURN = 16_384;

const HELP = `
Examples:
  tailscope run tracex5 --trace dd
  tailscope run ./mine.bpf.asm --trace build.strace.gz --json > result.json

PROG is the name of a sample (tailscope list) or the path of assembly text. Faults are told on stderr; they do not change the
exit code, which is 0 when the recording was replayed to its end.`;

interface RunOptions {
  readonly trace: string;
  readonly json?: boolean;
  readonly limit?: number;
}

export function addRun(program: Command): Command {
  return program
    .command('run')
    .summary('run a program over a recording')
    .description('Replays a recording through a program as fast as it can: trace_pipe, then the maps.')
    .argument('<PROG>', 'sample or path of assembly text')
    .requiredOption('-t, --trace <T>', 'recording: manifest name, .sct or strace log')
    .option('--limit <N>', 'stop after N calls', wholeNumber('--limit', 1, Infinity))
    .option('--json', 'print one JSON document: printk, progs, maps, progArrays, faults and counts')
    .addHelpText('after', HELP)
    .action(run);
}

async function run(name: string, { trace, json = false, limit = Infinity }: RunOptions): Promise<void> {
  const object = openProgram(name);
  const opened = await openWithProgress(trace);
  if (opened.recording.damage !== undefined) say(`${trace}: ${opened.recording.damage.message}`);
  const printed = await replayAll(opened, object, limit, json);
  tellFaults(printed.replay);
  if (json) await printJson(resultOf(opened, printed.replay, printed.lines));
  else await print(mapsText(printed.replay));
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

/** Replays up to `limit` calls. Printed lines go to stdout as they come, or are kept for the JSON document. */
async function replayAll(
  opened: OpenedTrace,
  object: ObjectSpec,
  limit: number,
  keepsLines: boolean,
): Promise<{ replay: Replay; lines: readonly Printk[] }> {
  const lines: Printk[] = [];
  let text = '';
  const replay = createReplay(opened.recording, object, (printk) => {
    if (keepsLines) lines.push(printk);
    else text += `${formatPrintk(printk)}\n`;
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
  return { replay, lines };
}

function tellFaults({ faults, machine }: Replay): void {
  for (const { prog, pc, message, count } of faults.view())
    say(`fault in ${prog} at pc ${pc}: ${message} (${countOf(count, 'time')})`);
  if (machine.unknownReads > 0)
    say(`${countOf(machine.unknownReads, 'read')} of user memory that was not recorded gave -EFAULT`);
}

function resultOf(opened: OpenedTrace, replay: Replay, lines: readonly Printk[]): unknown {
  const { progs, progArrays, faults, unknownReads, object } = viewPrograms(replay);
  const { totals, cursor, machine } = replay;
  return {
    program: object,
    trace: opened.name,
    calls: totals.calls,
    errors: totals.errors,
    points: cursor.points,
    insns: machine.insnsRun,
    unknownReads,
    printk: lines.map((printk) => ({
      text: printk.text,
      comm: printk.comm,
      tid: printk.tid,
      cpu: printk.cpu,
      atNs: printk.atNs,
      line: formatPrintk(printk),
    })),
    progs,
    maps: replay.object.maps.map((map) => ({
      name: map.spec.name,
      type: map.spec.type,
      keySize: map.spec.keySize,
      valueSize: map.spec.valueSize,
      maxEntries: map.spec.maxEntries,
      ...recordsOf(map, replay.outlets),
      entries: readWholeMap(map),
    })),
    progArrays,
    faults,
  };
}

function mapsText({ object, outlets }: Replay): string {
  return object.maps
    .map((map) => {
      const rows = readWholeMap(map);
      const { name, type, maxEntries } = map.spec;
      const read = outlets.read(map);
      const what =
        read === undefined
          ? `${countEntries(map)} of ${countOf(maxEntries, 'entry', 'entries')}`
          : `${countOf(read, 'record')} read, ${map.dropped} dropped`;
      const head = `map ${name}: ${type}, ${what}\n`;
      const stats = type === 'prog_array' ? object.progArray(map) : undefined;
      const slots = new Map(stats?.slots.map((slot) => [String(slot.index), slot]));
      const body = rows.map((row) => {
        const slot = slots.get(row.key);
        return slot === undefined
          ? `  ${entryText(row)}\n`
          : `  ${row.key}: ${slot.prog ?? 'empty'}, ${countOf(slot.hits, 'hit')}\n`;
      });
      return `\n${head}${body.join('')}`;
    })
    .join('');
}

function entryText({ key, keyHex, value, valueHex }: MapEntryView): string {
  const values = value.map((number, cpu) => (number === '' ? valueHex[cpu]! : number));
  return `${key === '' ? keyHex : key}: ${values.join(' ')}`;
}
