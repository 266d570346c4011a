// What must hold for any bytes: cutting them anywhere changes nothing, damage is counted and stops nothing.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { ImportError } from '../../../traces/index.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { type ImportView, caseBytes, importSources } from '../../support/strace.ts';

const SEED = seedOf(20_261_122);
/** Small blocks, so that they are handed on while the import goes on. */
const BLOCK_RECORDS = 64;
const PUNCTUATION = '()[]{}<>"\\,=/*|-+ 0x7';
const LOGS = [
  'signals.strace',
  'strings.strace',
  'compat32.strace',
  'dd.raw.strace',
  'variants/02-f-stderr.stderr',
  'variants/03-f-t-stderr.stderr',
  'variants/06-f-r.strace',
];

/** A hash of all that the sink was given. */
function fingerprint(imported: ImportView): string {
  const hash = createHash('sha256');
  hash.update(
    JSON.stringify([imported.header, imported.footer, imported.syscalls], (_, value: unknown) =>
      typeof value === 'bigint' ? `${value}n` : value,
    ),
  );
  for (const block of imported.blocks) {
    for (const [name, column] of Object.entries(block)) {
      hash.update(name);
      if (ArrayBuffer.isView(column))
        hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
      else hash.update(String(column));
    }
  }
  for (let id = 0; id < imported.strings.size; id++) hash.update(imported.strings.bytes(id)).update('|');
  return hash.digest('hex');
}

function importPieces(name: string, pieces: readonly Uint8Array[]): ImportView {
  return importSources([{ name, pieces }], { blockRecords: BLOCK_RECORDS });
}

/** The bytes in pieces of random length, some of a few bytes, some of many lines. */
function cut(bytes: Uint8Array, random: Random): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = 1 + random.below(random.pick([3, 100, 5000, 200_000]));
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

test.each(LOGS)(`%s gives the same blocks however it is cut (seed ${SEED})`, (name) => {
  const bytes = caseBytes(name);
  const whole = fingerprint(importPieces(name, [bytes]));
  const random = new Random(SEED);
  for (let round = 0; round < 3; round++)
    expect(fingerprint(importPieces(name, cut(bytes, random)))).toBe(whole);
});

test('one byte at a time is no different', () => {
  const bytes = caseBytes('signals.strace');
  const whole = fingerprint(importPieces('signals', [bytes]));
  expect(
    fingerprint(
      importPieces(
        'signals',
        Array.from(bytes, (byte) => Uint8Array.of(byte)),
      ),
    ),
  ).toBe(whole);
});

/** One line with something done to it: bytes changed, cut off, doubled, taken out, put in. */
function damage(line: Uint8Array, random: Random): Uint8Array {
  const bytes = [...line];
  for (let n = 1 + random.below(3); n > 0; n--) {
    const at = random.below(Math.max(bytes.length, 1));
    const kind = random.below(6);
    if (kind === 0) bytes[at] = random.below(256);
    else if (kind === 1) bytes.splice(at, 1 + random.below(20));
    else if (kind === 2) bytes.splice(at, 0, ...bytes.slice(at, at + random.below(40)));
    else if (kind === 3) bytes.length = at;
    else if (kind === 4) bytes.splice(at, 0, PUNCTUATION.charCodeAt(random.below(PUNCTUATION.length)));
    else bytes.splice(0, at);
  }
  return Uint8Array.from(bytes.filter((byte) => byte !== 10));
}

test.each(LOGS)(`%s with damaged lines imports, every line counted (seed ${SEED})`, (name) => {
  const random = new Random(SEED);
  const lines = Buffer.from(caseBytes(name)).toString('latin1').split('\n').slice(0, 1500);
  for (let round = 0; round < 10; round++) {
    const damaged = lines.map((line, i) =>
      i > 3 && random.below(5) === 0
        ? Buffer.from(damage(Buffer.from(line, 'latin1'), random)).toString('latin1')
        : line,
    );
    const text = damaged.join('\n');
    const { footer, blocks } = importPieces(name, [Buffer.from(text, 'latin1')]);
    expect(footer.lines).toBe(text.endsWith('\n') ? damaged.length - 1 : damaged.length);
    expect(footer.badLines).toBeLessThanOrEqual(footer.lines);
    const rows = blocks.reduce((sum, block) => sum + block.count, 0);
    expect(rows).toBeGreaterThan(footer.lines * 0.3);
  }
});

test(`lines in any order import, every line counted (seed ${SEED})`, () => {
  const random = new Random(SEED);
  const lines = Buffer.from(caseBytes('signals.strace')).toString('latin1').trimEnd().split('\n');
  for (let round = 0; round < 20; round++) {
    const shuffled = lines.map((line) => ({ line, key: random.u32() })).sort((a, b) => a.key - b.key);
    const { footer } = importPieces('shuffled', [
      Buffer.from(shuffled.map(({ line }) => line).join('\n'), 'latin1'),
    ]);
    expect(footer).toMatchObject({ lines: lines.length, badLines: 0 });
  }
});

test(`random bytes are refused or read, never more (seed ${SEED})`, () => {
  const random = new Random(SEED);
  for (let round = 0; round < 200; round++) {
    const bytes = Uint8Array.from({ length: random.below(3000) }, () =>
      random.pick([10, 32, 34, 40, 41, 60, 61, 62, 97 + random.below(26), random.below(256)]),
    );
    try {
      importPieces('noise', [bytes]);
    } catch (error) {
      expect(error).toBeInstanceOf(ImportError);
    }
  }
});
