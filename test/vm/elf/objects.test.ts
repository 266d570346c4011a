// Objects of other people: TAILSCOPE_OBJECTS=FOLDER npx vitest run test/vm/elf/objects.test.ts tells what becomes of each *.o there, on every kernel and over
// a recording. None of them stand here; what is asserted is that nothing ends but in an error that says what is wrong.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { UserError } from '../../../backend/errors.ts';
import { openProgram, readProgram } from '../../../backend/library/programs.ts';
import type { KernelSource } from '../../../backend/library/kernels.ts';
import { createReplay } from '../../../backend/session/replay.ts';
import type { Recording } from '../../../traces/index.ts';
import { KERNELS } from '../../../vm/index.ts';
import { recordingOf } from '../../support/logs.ts';

const FOLDER = process.env['TAILSCOPE_OBJECTS'];
const OWN_KERNEL = '/sys/kernel/btf/vmlinux';
const LOGS = ['shell', 'signals', 'threads.classic'];
/** One object over three recordings, on a busy machine. */
const LIMIT_MS = 120_000;

const objects = FOLDER === undefined ? [] : readdirSync(FOLDER).filter((name) => name.endsWith('.o'));
const rows: string[] = [];

test.skipIf(FOLDER === undefined).each(objects)('%s', { timeout: LIMIT_MS }, async (name) => {
  const path = join(FOLDER!, name); // skipped where there is none
  const small = await recordingOf('dd');
  const loads = Object.values(kernels()).map((kernel) => loadedOn(path, kernel, small));
  const runs: string[] = [];
  for (const log of LOGS) runs.push(await runOver(path, log));
  rows.push([name, ...loads, ...runs].join('\t'));
});

test.skipIf(FOLDER !== undefined)('nobody gave a folder of objects', () => {
  expect(objects).toEqual([]);
});

afterAll(() => {
  if (rows.length === 0) return;
  const head = ['object', ...Object.keys(kernels()), ...LOGS].join('\t');
  process.stdout.write(`${[head, ...rows].join('\n')}\n`);
});

function kernels(): Record<string, KernelSource> {
  const own = readOwn();
  const names = Object.keys(KERNELS).map((name): [string, KernelSource] => [name, name]);
  return { ...Object.fromEntries(names), ...(own === undefined ? {} : { vmlinux: own }) };
}

function readOwn(): KernelSource | undefined {
  try {
    return { name: OWN_KERNEL, btf: readFileSync(OWN_KERNEL) };
  } catch {
    return undefined;
  }
}

/** 'loads', with what is left out, or what is wrong with it. */
function loadedOn(path: string, kernel: KernelSource, recording: Recording): string {
  return orRefused(() => {
    const { leftOut } = createReplay(recording, openProgram(readProgram(path, { kernel })));
    return leftOut.length === 0 ? 'loads' : `loads without ${leftOut.map(({ name }) => name).join(' ')}`;
  });
}

/** Programs attached, left out and idle; runs, records and faults. */
async function runOver(path: string, log: string): Promise<string> {
  const recording = await recordingOf(log);
  return orRefused(() => {
    let records = 0;
    let lines = 0;
    const replay = createReplay(recording, openProgram(readProgram(path)), {
      onRecord: () => {
        records += 1;
      },
      onPrintk: () => {
        lines += 1;
      },
    });
    replay.run(Infinity, Infinity, () => false);
    const { attachments, leftOut, faults, machine } = replay;
    const idle = attachments.filter((each) => (each.idle ?? each.refused) !== undefined).length;
    const runs = attachments.reduce((sum, { prog }) => sum + prog.runs, 0);
    const ended = faults.view().map(({ prog, message, count }) => `${prog}: ${message} (${count})`);
    expect(ended).toEqual([]);
    const progs = `${attachments.length - idle} of ${attachments.length + leftOut.length} programs`;
    return `${progs}, ${runs} runs, ${records} records, ${lines} lines, ${machine.unknownReads} unknown`;
  });
}

function orRefused(result: () => string): string {
  try {
    return result();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message.split('\n').slice(0, 2).join(' ');
  }
}
