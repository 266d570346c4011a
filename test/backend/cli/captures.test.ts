// Captures through the command: import from files, stdin and packed, what info tells, and what is refused.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openSct } from '../../../traces/index.ts';
import { pcap } from '../../support/packets/capture-bytes.ts';
import { readAll } from '../../support/packets/imported-packets.ts';
import { packetSet, packetSetCapture } from '../../support/packets/packet-set.ts';
import { tailscope } from '../../support/cli.ts';
import { temporaryFolder } from '../../support/logs.ts';

const SET = packetSet();
const BYTES = SET.reduce((sum, { trueLength }) => sum + trueLength, 0);

test('a capture becomes a .sct, from a file, packed, and from stdin', async () => {
  const folder = temporaryFolder();
  const capture = packetSetCapture();
  writeFileSync(join(folder, 'web.pcapng'), capture);
  writeFileSync(join(folder, 'packed.pcapng.gz'), gzipSync(capture));
  const [plain, packed, piped] = await Promise.all([
    tailscope(['import', 'web.pcapng', '--json'], { cwd: folder }),
    tailscope(['import', 'packed.pcapng.gz'], { cwd: folder }),
    tailscope(['import', '-', '-o', 'piped.sct'], { cwd: folder, input: capture }),
  ]);
  expect(JSON.parse(plain.stdout)).toMatchObject({
    out: 'web.sct',
    calls: 0,
    packets: SET.length,
    badLines: 0,
    warnings: [],
    sources: [{ name: 'web.pcapng', byteSize: capture.length }],
  });
  expect(packed.stdout).toMatch(
    /^packed\.sct: 503 packets, [\d,]+ bytes \([\d.]+ bytes a packet\), 0 bad blocks\n$/,
  );
  expect(piped.code).toBe(0);
  for (const name of ['web', 'packed', 'piped']) {
    const { packets } = readAll(openSct(readFileSync(join(folder, `${name}.sct`))));
    expect(packets.map(({ bytes }) => bytes.length)).toEqual(SET.map(({ bytes }) => bytes.length));
  }
});

test('info tells packets, link types and devices, and says nothing of calls', async () => {
  const { stdout } = await tailscope(['info', 'packets']);
  expect(stdout).toContain(
    `packets      503, ${(BYTES / 1000).toFixed(1)} kB on the link, 12 packets cut by the recorder\n`,
  );
  expect(stdout).toContain('link types   Ethernet 503\n');
  expect(stdout).toMatch(/device {2}index {2}packets +bytes\neth0 +1 +499 +[\d,]+\neth1 +2 +4 +1,128\n/);
  expect(stdout).not.toMatch(/call|thread/);
  const { stdout: json } = await tailscope(['info', 'packets', '--json']);
  expect(JSON.parse(json)).toMatchObject({
    calls: 0,
    packets: { packets: 503, bytes: BYTES, cutPackets: 12, linkTypes: { Ethernet: 503 } },
  });
});

test('a broken capture is told with its place, and what stands before is kept', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'cut.pcap'), pcap(SET).subarray(0, 1000));
  const { code, stdout, stderr } = await tailscope(['import', 'cut.pcap'], { cwd: folder });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^cut\.sct: \d packets, .*, 1 bad block\n$/);
  expect(stderr).toMatch(
    /^cut\.pcap:\d: the capture ends inside a packet or block; .*: offset \d+, \d+ bytes$/m,
  );
});

test.each([
  ['a capture whose header is cut', pcap([]).subarray(0, 12), 'the header of the capture is cut'],
  [
    'a capture of version 3',
    pcap([]).map((byte, i) => (i === 4 ? 3 : byte)),
    'of a version that is not known',
  ],
])('%s is refused', async (_, bytes, reason) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'x.pcap'), bytes);
  const { code, stderr } = await tailscope(['import', 'x.pcap'], { cwd: folder });
  expect(code).toBe(1);
  expect(stderr).toContain('x.pcap cannot be read as a capture: ');
  expect(stderr).toContain(reason);
});
