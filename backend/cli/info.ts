// tailscope info: what a recording holds.
import type { Command } from 'commander';
import { CATEGORY_NAMES, summarize, type PacketSummary, type RecordingSummary } from '../../traces/index.ts';
import type { OpenedTrace } from '../library/open-trace.ts';
import { countOf, print, printable, printJson, sizeOf, table, timeOf } from './output.ts';
import { openWithProgress } from './run.ts';

/** Rows of the table of system calls; --json has all. */
const SHOWN_SYSCALLS = 12;
const SHOWN_DEVICES = 12;

export function addInfo(program: Command): Command {
  return program
    .command('info')
    .summary('tell what a recording holds')
    .description(
      'Tells what a recording holds: calls, threads, errors, the system calls and their times; packets, their link types and devices.',
    )
    .argument('<T>', 'recording: manifest name, .sct, strace log or capture (pcap, pcapng)')
    .option('--json', 'print everything as JSON')
    .action(info);
}

async function info(trace: string, { json }: { json?: boolean }): Promise<void> {
  const opened = await openWithProgress(trace);
  if (json === true) await printJson(infoOf(opened));
  else await print(infoText(opened));
}

/** The document of --json: the header, the footer's warnings, and the summary. */
function infoOf({ name, recording }: OpenedTrace): unknown {
  const { header, footer, damage } = recording;
  return {
    name,
    ...summarize(recording),
    clock: header.clock,
    resolutionNs: header.resolutionNs,
    startNs: String(header.startNs),
    durationNs: recording.durationNs,
    sources: footer.sources,
    warnings: footer.warnings,
    damage: damage ?? null,
  };
}

function infoText({ name, recording }: OpenedTrace): string {
  const { header, damage } = recording;
  const summary = summarize(recording);
  const errors = Object.entries(summary.errors).map(([errno, count]) => `${errno} ${count}`);
  const { packets } = summary;
  const onlyPackets = summary.calls === 0 && packets.packets > 0;
  const facts = [
    ['title', header.title === '' ? name : header.title],
    ['command', header.command],
    ['recorded by', header.recorder + biasText(header.bias)],
    ['length', timeOf(recording.durationNs)],
    ...(onlyPackets
      ? []
      : [
          [
            'calls',
            `${summary.calls.toLocaleString('en-US')} of ${countOf(summary.distinctSyscalls, 'system call')}`,
          ],
          ['threads', `${summary.threads.toLocaleString('en-US')} with ${countOf(summary.comms, 'name')}`],
        ]),
    ...(packets.packets === 0 ? [] : packetFacts(packets)),
    [
      onlyPackets ? 'blocks' : 'lines',
      `${summary.lines.toLocaleString('en-US')}, ${countOf(summary.badLines, 'bad one')}`,
    ],
    ['size', `${sizeOf(summary.byteSize)} (${summary.byteSize.toLocaleString('en-US')} bytes)`],
    [
      onlyPackets ? '' : 'errors',
      `${summary.failedCalls.toLocaleString('en-US')}${errors.length === 0 ? '' : `: ${errors.join(', ')}`}`,
    ],
    ['damage', damage?.message ?? ''],
  ].filter(([label, value]) => label !== '' && value !== '');
  const width = Math.max(...facts.map(([label]) => label!.length));
  const head = facts.map(([label, value]) => `${label!.padEnd(width)}  ${value}\n`).join('');
  const devices = packets.packets === 0 ? '' : `\n${devicesText(packets.devices)}`;
  if (onlyPackets) return head + devices;
  return `${head}\n${categoriesText(summary.categories)}\n${syscallsText(summary.syscalls)}${devices}`;
}

function packetFacts({ packets, bytes, cutPackets, linkTypes }: PacketSummary): [string, string][] {
  const cut = cutPackets === 0 ? '' : `, ${countOf(cutPackets, 'packet')} cut by the recorder`;
  const types = Object.entries(linkTypes).map(([name, count]) => `${name} ${count.toLocaleString('en-US')}`);
  return [
    ['packets', `${packets.toLocaleString('en-US')}, ${sizeOf(bytes)} on the link${cut}`],
    ['link types', types.join(', ')],
  ];
}

function devicesText(devices: PacketSummary['devices']): string {
  const shown = devices
    .slice(0, SHOWN_DEVICES)
    .map(({ ifindex, name, packets, bytes }) => [
      name === '' ? '-' : printable(name),
      String(ifindex),
      packets.toLocaleString('en-US'),
      bytes.toLocaleString('en-US'),
    ]);
  const rest = devices.length - shown.length;
  const more = rest > 0 ? `and ${rest} more; --json has all\n` : '';
  return table(['device', '>index', '>packets', '>bytes'], shown) + more;
}

function biasText(bias: number): string {
  return bias > 1 ? `, which made calls look about ${bias} times longer than they are` : '';
}

function categoriesText(counts: ArrayLike<number>): string {
  const rows = CATEGORY_NAMES.map((name, code) => [name, (counts[code] ?? 0).toLocaleString('en-US')]);
  return table(
    ['category', '>calls'],
    rows.filter(([, count]) => count !== '0'),
  );
}

function syscallsText(rows: RecordingSummary['syscalls']): string {
  const shown = rows
    .slice(0, SHOWN_SYSCALLS)
    .map(({ name, calls, errors, totalNs, p50Ns, p99Ns }) => [
      name,
      calls.toLocaleString('en-US'),
      errors.toLocaleString('en-US'),
      timeOf(totalNs),
      timeOf(p50Ns),
      timeOf(p99Ns),
    ]);
  const rest = rows.length - shown.length;
  const more = rest > 0 ? `and ${rest} more; --json has all\n` : '';
  return table(['system call', '>calls', '>errors', '>total', '>p50', '>p99'], shown) + more;
}
