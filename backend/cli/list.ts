// tailscope list: the recordings, programs and kernels that come with Tailscope.
import type { Command } from 'commander';
import { KERNELS, SAMPLES } from '../../vm/index.ts';
import { readManifest } from '../library/manifest.ts';
import { RECORDED_FOLDER } from '../library/package-root.ts';
import { print, printJson, table } from './output.ts';

export function addList(program: Command): Command {
  return program
    .command('list')
    .summary('list recordings, programs and kernels')
    .description('Lists the recordings, the programs and the kernels that come with Tailscope.')
    .option('--json', 'print { recordings, programs, kernels } as JSON')
    .action(list);
}

async function list({ json }: { json?: boolean }): Promise<void> {
  const recordings = readManifest(RECORDED_FOLDER).map((one) => one.entry);
  const programs = Object.values(SAMPLES);
  const kernels = Object.values(KERNELS).map(({ name, summary }) => ({ name, summary }));
  if (json === true) return printJson({ recordings, programs, kernels });
  const rows = recordings.map(({ name, calls, seconds, title }) => [
    name,
    calls.toLocaleString('en-US'),
    seconds.toFixed(1),
    title,
  ]);
  await print(table(['recording', '>calls', '>seconds', 'title'], rows));
  const samples = programs.map(({ name, title, globals, suits }) => [
    name,
    suits[0] ?? '',
    globals.map((global) => global.name).join(', '),
    title,
  ]);
  await print(`\n${table(['program', 'over', '--set', 'title'], samples)}`);
  const profiles = kernels.map(({ name, summary }) => [name, summary]);
  await print(`\n${table(['kernel', 'what it is'], profiles)}`);
}
