// Recordings without packets have the bytes they always had: what packets brought into the format is in files that have some.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSctWriter, openSct, RECORD_KINDS } from '../../../traces/index.ts';
import { blockOf, joined, StringPool } from '../../support/blocks.ts';
import { importLog } from '../../support/imported.ts';
import { recordingOf, sctOf } from '../../support/sct.ts';

/** The first 64 bits of the SHA-256 of each file, as the writer before packets made it. */
test.each([
  ['dd', '1b56b296e28f5781'],
  ['signals', '0a24118c279edfd9'],
])('%s', (name, hash) => {
  const pieces: Uint8Array[] = [];
  importLog(name).replayTo(createSctWriter((piece) => pieces.push(piece)));
  expect(createHash('sha256').update(joined(pieces)).digest('hex').slice(0, 16)).toBe(hash);
});

test('the index counts packets by strip, beside calls', () => {
  const rows = Array.from({ length: 40 }, (_, i) =>
    i % 4 === 0 ? ({ kind: 'packet', enter: i * 10, tid: 0 } as const) : { enter: i * 10, exit: i * 10 + 5 },
  );
  const recording = recordingOf([{ arch: 'x86_64', nr: 0, name: 'read' }], [rows]);
  const [summary] = recording.index;
  expect(summary).toMatchObject({ count: 40, calls: 30, packets: 10 });
  expect(summary!.strips.map(({ calls, packets }) => [calls, packets])).toEqual(
    Array.from({ length: 5 }, () => [6, 2]),
  );
});

test('a file whose count of packets is lost opens without it, and its packets are there', () => {
  const rows = [{ kind: 'packet', enter: 5, tid: 0 } as const, { enter: 10, exit: 15 }];
  const bytes = sctOf(new StringPool(), [{ arch: 'x86_64', nr: 0, name: 'read' }], [blockOf(rows)]);
  const at = bytes.findIndex(
    (byte, i) => byte === 0xf5 && bytes[i + 1] === 0x73 && bytes[i + 2] === 0x63 && bytes[i + 4] === 8,
  );
  bytes[at + 20]! ^= 0xff;
  const recording = openSct(bytes);
  expect(recording.damage?.message).toContain('packets');
  expect(recording.index[0]).toMatchObject({ count: 2, calls: 1, packets: 0 });
  expect(recording.block(0).kind[0]).toBe(RECORD_KINDS.packet.code);
});
