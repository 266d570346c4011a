// Size and speed of .sct files, over recorded logs: bytes a call by stream, calls a second written and read.
// Vitest's own module loader makes every imported name a getter, which costs loops like these a factor of two to five; add
// --experimental.viteModuleRunner=false to measure what Node runs.
import { describe, test } from 'vitest';
import { createSctWriter, openSct } from '../../traces/index.ts';
import type { Recording } from '../../traces/index.ts';
import { importLog } from '../support/imported.ts';
import type { Imported } from '../support/imported.ts';
import { joined } from '../support/blocks.ts';

const LOGS = ['gcc-make', 'gcc-make.classic', 'redis', 'npm', 'find', 'shell'] as const;
const ROUNDS = { iterations: 3, warmupIterations: 1, time: 0, warmupTime: 0 } as const;

function write(log: Imported, sizes?: Map<string, number>): Uint8Array {
  const pieces: Uint8Array[] = [];
  log.replayTo(
    createSctWriter((piece) => pieces.push(piece), {
      onPacked: (name, bytes) => sizes?.set(name, (sizes.get(name) ?? 0) + bytes),
    }),
  );
  return joined(pieces);
}

/** Decodes every column of every block. */
function readAll(recording: Recording): number {
  let sum = 0;
  for (let i = 0; i < recording.index.length; i++) {
    for (const column of Object.values(recording.block(i)))
      sum += typeof column === 'number' ? 0 : column.length;
  }
  return sum;
}

/** Decodes what totals read. */
function readTimes(recording: Recording): number {
  let sum = 0;
  for (let i = 0; i < recording.index.length; i++) {
    const block = recording.block(i);
    sum +=
      block.enterNs.length + block.exitNs.length + block.sys.length + block.tid.length + block.errno.length;
  }
  return sum;
}

describe.each(LOGS)('%s', (name) => {
  const log = importLog(name);
  const sizes = new Map<string, number>();
  const bytes = write(log, sizes);
  const calls = openSct(bytes).index.reduce((sum, block) => sum + block.calls, 0);
  const rows = [...sizes]
    .sort((a, b) => b[1] - a[1])
    .map(([stream, size]) => `${stream} ${(size / calls).toFixed(3)}`);
  process.stdout.write(
    `${name}: ${calls} calls, ${bytes.length} bytes, ${(bytes.length / calls).toFixed(3)} bytes a call\n`,
  );
  process.stdout.write(`  ${rows.join(', ')}\n`);

  test.for([
    ['written', () => write(log)],
    ['opened, every column read', () => readAll(openSct(bytes))],
    ['opened, columns of totals read', () => readTimes(openSct(bytes))],
  ] as const)('%s', async ([what, run], { bench }) => {
    const { latency } = await bench(what, () => void run()).run(ROUNDS);
    process.stdout.write(
      `  ${what}: ${Math.round((calls / latency.mean) * 1000).toLocaleString('en-US')} calls/s\n`,
    );
  });
});
