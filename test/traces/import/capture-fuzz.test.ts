// Captures with bytes changed, taken out and put in: the import ends, tells what it could not read, and gives a recording that opens.
import { expect, test } from 'vitest';
import { ImportError } from '../../../traces/index.ts';
import { Blocks, pcap, pcapng } from '../../support/packets/capture-bytes.ts';
import { importCapture } from '../../support/packets/imported-packets.ts';
import { packetSet } from '../../support/packets/packet-set.ts';
import { Random, seedOf } from '../../support/seed.ts';

const SEED = seedOf(20_261_123);
const ROUNDS = 120;
const SOME = packetSet().slice(0, 40);
/** Numbers that lengths, types and stamps like least. */
const EDGES = [
  0, 1, 3, 4, 11, 12, 27, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000, 0x100_0000, 0x7fff_ffff, 0xffff_ffff,
];

const SOURCES: readonly (readonly [string, Uint8Array])[] = [
  ['pcap', pcap(SOME)],
  ['pcap, patched', pcap(SOME, { magic: 0xa1b2cd34, isLittle: false }, () => [0, 0, 0, 1, 8, 0, 4, 0])],
  ['pcapng', pcapng(SOME, [{ name: 'eth0' }, { name: 'eth1', resolution: 0x80 | 20 }])],
  ['pcapng of all blocks', allBlocks()],
];

function allBlocks(): Uint8Array {
  const blocks = new Blocks().section([[1, 'a comment']]).device({ name: 'eth0', offsetSeconds: 5n });
  for (const packet of SOME.slice(0, 10)) {
    const first = { ...packet, device: 0 };
    blocks
      .packet(first, { options: [[2, Uint8Array.of(2, 0, 0, 0)]] })
      .simple(packet.bytes, packet.trueLength);
    blocks
      .oldPacket(first, 1)
      .statistics(0, [[4, new Uint8Array(8).fill(1)]])
      .block(10, packet.bytes.subarray(0, 12));
  }
  return blocks
    .section([], false)
    .device({ name: 'eth1' })
    .packet({ ...SOME[0]!, device: 0 })
    .bytes();
}

function broken(random: Random, source: Uint8Array): Uint8Array {
  let bytes = source.slice();
  for (let i = 1 + random.below(4); i > 0; i--) {
    const at = random.below(bytes.length);
    const view = new DataView(bytes.buffer);
    switch (random.below(6)) {
      case 0:
        bytes[at] = random.below(256);
        break;
      case 1:
        if (at + 4 <= bytes.length) view.setUint32(at & ~3, random.pick(EDGES), random.below(2) === 0);
        break;
      case 2:
        bytes = bytes.slice(0, Math.max(1, at));
        break;
      case 3:
        bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 1 + random.below(40))]);
        break;
      case 4:
        bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(random.below(bytes.length))]);
        break;
      default:
        bytes.fill(random.below(256), at, at + random.below(30));
    }
    if (bytes.length === 0) return Uint8Array.of(0);
  }
  return bytes;
}

test.each(SOURCES)(`%s, broken ${ROUNDS} times from seed ${SEED}`, (_, source) => {
  const random = new Random(SEED);
  let read = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const bytes = broken(random, source);
    const cut = random.below(bytes.length);
    const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)];
    try {
      const { packets, footer, recording } = importCapture([pieces], { blockRecords: 1 + random.below(20) });
      read += packets.length;
      const recorded = packets.reduce((sum, packet) => sum + packet.bytes.length, 0);
      expect(recorded, `round ${round}: more bytes than the file has`).toBeLessThanOrEqual(bytes.length);
      expect(footer.sources[0]!.byteSize).toBe(bytes.length);
      expect(recording.index.reduce((sum, block) => sum + block.packets, 0)).toBe(packets.length);
      expect(recording.durationNs).toBeLessThanOrEqual(2 ** 52);
    } catch (error) {
      if (!(error instanceof ImportError)) throw new Error(`round ${round}`, { cause: error });
    }
  }
  expect(read).toBeGreaterThan(ROUNDS);
});

test(`bytes of no format behind a header, from seed ${SEED}`, () => {
  const random = new Random(SEED);
  for (let round = 0; round < 60; round++) {
    const noise = Uint8Array.from({ length: random.below(400) }, () =>
      random.below(random.pick([2, 16, 256])),
    );
    const head = random.pick([pcap([]), new Blocks().section().device({}).bytes()]);
    const { packets } = importCapture([[head, noise]]);
    expect(packets.length).toBeLessThanOrEqual(noise.length / 12);
  }
});
