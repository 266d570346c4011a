// tailscope list: the recordings and programs that come with Tailscope.
import type { Command } from 'commander';
import { SAMPLES } from '../../vm/index.ts';
import { readManifest } from '../library/manifest.ts';
import { RECORDED_FOLDER } from '../library/package-root.ts';
import { print, printJson, table } from './output.ts';

export function addList(program: Command): Command {
  return program
    .command('list')
    .summary('list recordings and programs')
    .description('Lists the recordings and the programs that come with Tailscope.')
    .option('--json', 'print { recordings, programs } as JSON')
    .action(list);
}

async function list({ json }: { json?: boolean }): Promise<void> {
  const recordings = readManifest(RECORDED_FOLDER).map((one) => one.entry);
  const programs = Object.values(SAMPLES).map(({ name, title, summary }) => ({ name, title, summary }));
  if (json === true) return printJson({ recordings, programs });
  const rows = recordings.map(({ name, calls, seconds, title }) => [
    name,
    calls.toLocaleString('en-US'),
    seconds.toFixed(1),
    title,
  ]);
  await print(table(['recording', '>calls', '>seconds', 'title'], rows));
  const samples = programs.map(({ name, title }) => [name, title]);
  await print(`\n${table(['program', 'title'], samples)}`);
}
