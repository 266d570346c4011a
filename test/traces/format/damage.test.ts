// A file that was cut or damaged opens with what is sound, and says what is not.
import { describe, expect, test } from 'vitest';
import { FormatError, isSct, openSct } from '../../../traces/index.ts';
import type { Block, Recording } from '../../../traces/index.ts';
import { FOOTER, HEADER, randomFrom, StringPool } from '../../support/blocks.ts';
import { randomBlock, SYSCALL_REFS } from '../../support/random-blocks.ts';
import { sctOf } from '../../support/sct.ts';

const SEED = 20_261;
const strings = new StringPool();
const random = randomFrom(SEED);
const blocks = Array.from({ length: 5 }, () => plainBlock(randomBlock(random, strings, 40)));
const file = sctOf(strings, SYSCALL_REFS, blocks);
const places = sectionsOf(file);

/** Without true lengths that follow from a string, which a lost string takes with it. */
function plainBlock(block: Block): Block {
  return { ...block, memTrueLength: block.memTrueLength.map(() => Number.NaN) };
}

/** Offset and type of each section, by walking the heads. */
function sectionsOf(bytes: Uint8Array): { offset: number; type: number; end: number }[] {
  const view = new DataView(bytes.buffer);
  const found: { offset: number; type: number; end: number }[] = [];
  for (let at = 8; at < bytes.length;) {
    const end = at + 20 + view.getUint32(at + 8, true);
    found.push({ offset: at, type: bytes[at + 4]!, end });
    at = end;
  }
  return found;
}

const BLOCK = 4;

/** Each block of a damaged file is one of the originals, in order. Returns how many there are. */
function expectOriginals(recording: Recording): number {
  let original = -1;
  for (let i = 0; i < recording.index.length; i++) {
    const block = recording.block(i);
    original = blocks.findIndex((other, at) => at > original && other.line[0] === block.line[0]);
    expect(original).not.toBe(-1);
    expect({ ...block }).toEqual(blocks[original]);
  }
  for (let id = 0; id < recording.strings.size; id++) {
    const bytes = recording.strings.bytes(id);
    if (recording.strings.text(id) !== '\ufffd') expect(bytes).toEqual(strings.bytes(id));
  }
  return recording.index.length;
}

describe('a file that is cut', () => {
  test.each(places.map((place, i) => [i, place.offset] as const))(
    'before section %i opens up to there',
    (i, offset) => {
      const whole = file.slice(0, offset);
      if (i === 0) return expect(() => openSct(whole)).toThrow(FormatError);
      const recording = openSct(whole);
      expect(expectOriginals(recording)).toBe(
        places.slice(0, i).filter((place) => place.type === BLOCK).length,
      );
      expect(recording.header).toEqual(HEADER);
      expect(recording.damage?.offset).toBe(offset);
      expect(recording.damage?.message).toContain(`at byte ${offset}`);
      const hasFooter = places.slice(0, i).some((place) => place.type === 5);
      expect(recording.damage?.lostBlocks).toBe(hasFooter ? 0 : -1);
      if (recording.index.length > 0) expect(recording.footer.lines).toBeGreaterThan(0);
      return undefined;
    },
  );

  test(`anywhere keeps all blocks before the cut (seed ${SEED})`, () => {
    for (let i = 0; i < 150; i++) {
      const cut = places[0]!.end + random(file.length - places[0]!.end);
      const recording = openSct(file.slice(0, cut));
      const complete = places.filter((place) => place.type === BLOCK && place.end <= cut).length;
      expect(expectOriginals(recording), `cut at ${cut}`).toBe(complete);
      expect(recording.damage, `cut at ${cut}`).toBeDefined();
    }
  });

  test('inside its description is refused', () => {
    for (let cut = 0; cut < places[0]!.end; cut++)
      expect(() => openSct(file.slice(0, cut))).toThrow(FormatError);
  });
});

describe('a file with a flipped byte', () => {
  test(`anywhere loses at most one block, and says so (seed ${SEED})`, () => {
    for (let i = 0; i < 300; i++) {
      const at = random(file.length);
      const bytes = file.slice();
      bytes[at]! ^= 1 + random(255);
      const recording = openSct(bytes);
      const kept = expectOriginals(recording);
      const isInBlock = places.some((place) => place.type === BLOCK && at >= place.offset && at < place.end);
      expect(kept, `flipped ${at}`).toBe(isInBlock ? 4 : 5);
      expect(recording.damage?.lostBlocks, `flipped ${at}`).toBe(5 - kept);
      expect(recording.damage?.lostRecords, `flipped ${at}`).toBe((5 - kept) * 40);
      expect(recording.damage!.offset, `flipped ${at}`).toBeLessThanOrEqual(at);
      expect(recording.header).toEqual(HEADER);
      expect(recording.syscalls).toEqual(SYSCALL_REFS);
    }
  });

  test('in strings tells how many are lost, and reads them as no bytes', () => {
    const place = places.find(({ type }) => type === 2)!;
    const bytes = file.slice();
    bytes[place.end - 1]! ^= 0x40;
    const recording = openSct(bytes);
    expect(recording.damage?.message).toMatch(/lost: \d+ strings/);
    expect(recording.strings.bytes(1).length).toBe(0);
    expect(recording.strings.text(1)).toBe('\ufffd');
    expect(recording.strings.text(0)).toBe('');
  });

  test('in the footer still knows the blocks, and rebuilds the count of lines', () => {
    const place = places.find(({ type }) => type === 5)!;
    const bytes = file.slice();
    bytes[place.end - 1]! ^= 1;
    const recording = openSct(bytes);
    expect(recording.damage).toMatchObject({ lostBlocks: 0, lostRecords: 0 });
    expect(recording.footer.lines).toBe(Math.max(...blocks.flatMap((block) => Array.from(block.line))));
  });

  test('several times keeps what is sound', () => {
    for (let round = 0; round < 60; round++) {
      const bytes = file.slice();
      for (let i = 0; i < 6; i++)
        bytes[places[0]!.end + random(file.length - places[0]!.end)]! ^= 1 + random(255);
      const recording = openSct(bytes);
      expectOriginals(recording);
      expect(recording.damage).toBeDefined();
    }
  });
});

describe('what is no recording is refused', () => {
  test.each([
    ['nothing', new Uint8Array(0)],
    [
      'a strace log',
      new TextEncoder().encode('1 execve("/bin/true", ["true"], 0x0 /* 1 var */) = 0\n'.repeat(9)),
    ],
    ['gzip', Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0)],
    ['the signature alone', file.slice(0, 8)],
    [
      'a signature and noise',
      Uint8Array.from([...file.slice(0, 8), ...Array.from({ length: 500 }, () => random(256))]),
    ],
  ])('%s', (_, bytes) => {
    expect(() => openSct(bytes)).toThrow(FormatError);
  });

  test('random bytes after a sound header never throw, hang or make room', () => {
    for (let round = 0; round < 200; round++) {
      const bytes = Uint8Array.from([
        ...file.slice(0, places[0]!.end),
        ...Array.from({ length: 300 }, () => random(256)),
      ]);
      expect(openSct(bytes).index).toEqual([]);
    }
  });
});

test('isSct tells a recording by its first bytes', () => {
  expect(isSct(file.slice(0, 28))).toBe(true);
  expect(isSct(new TextEncoder().encode('89 53 43 54 0d 0a 1a 0a'))).toBe(false);
});

test('sections of a type from the future are passed over', () => {
  const at = places[2]!.offset;
  const future = file.slice(places[1]!.offset, places[1]!.end);
  future[4] = 200;
  new DataView(future.buffer).setUint32(16, crcOf(future.subarray(0, 16)), true);
  const recording = openSct(Uint8Array.from([...file.slice(0, at), ...future, ...file.slice(at)]));
  expect(recording.damage).toBeUndefined();
  expect(expectOriginals(recording)).toBe(5);
  expect(recording.footer).toEqual(FOOTER);
});

/** CRC-32 bit by bit. */
function crcOf(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
