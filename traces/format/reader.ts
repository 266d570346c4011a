// Opens a .sct file as far as it can be read.
import type { Block, SyscallRef } from '../event.ts';
import type { BlockSummary, Damage, Recording, RecordingFooter, RecordingHeader } from '../recording.ts';
import { decodeBlock, readBlockHead } from './block.ts';
import type { BlockHead } from './block.ts';
import { ByteReader } from './bytes.ts';
import { FormatError } from './errors.ts';
import { inflateAnywhere, type Inflate } from './inflate.ts';
import { isSct } from './layout.ts';
import type { SectionType } from './layout.ts';
import { decodeFooter, decodeHeader, decodeSyscalls } from './meta.ts';
import { scan } from './scan.ts';
import type { Gap, Scan, SoundSection } from './scan.ts';
import { readStringRange, RecordedStrings } from './strings.ts';
import { decodePackets, readSummary, withPackets } from './summary.ts';

/** Decoded blocks that are kept: 0.6 MB each at most, without strings. */
const CACHED_BLOCKS = 16;

/** What a system call is called whose section is lost. */
const LOST_SYSCALL: SyscallRef = { arch: 'x86_64', nr: -1, name: '(lost)' };

export interface SctOptions {
  /** How the host inflates; default in JavaScript. */
  readonly inflate?: Inflate;
}

/**
 * Opens the bytes of a .sct file; they must not change afterwards. Every check sum is tested, blocks are decoded when asked for. A file that
 * is cut or damaged opens with what is sound: see `Recording.damage`. Lost strings read as no bytes.
 * Throws FormatError when it is no .sct file, or when neither of its two headers can be read.
 */
export function openSct(bytes: Uint8Array, { inflate = inflateAnywhere }: SctOptions = {}): Recording {
  if (!isSct(bytes)) throw new FormatError('not-sct', hex(bytes.subarray(0, 8)));
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength); // a Buffer of Node slices otherwise
  return new SctFile(plain, scan(plain), inflate);
}

interface BlockPlace {
  readonly head: BlockHead;
  readonly payload: Uint8Array;
}

class SctFile implements Recording {
  readonly header: RecordingHeader;
  readonly footer: RecordingFooter;
  readonly index: readonly BlockSummary[];
  readonly damage: Damage | undefined;
  readonly syscalls: readonly SyscallRef[];
  readonly strings: RecordedStrings;
  readonly byteSize: number;
  readonly durationNs: number;
  readonly #blocks: readonly BlockPlace[];
  readonly #inflate: Inflate;
  readonly #cache = new Map<number, Block>();

  constructor(bytes: Uint8Array, found: Scan, inflate: Inflate) {
    this.#inflate = inflate;
    const gaps = [...found.gaps];
    const parts = new Parts(found, gaps);
    this.header = parts.first('header', decodeHeader) ?? noHeader(found);
    const blocks = parts.all('block', readPlace).toSorted((a, b) => a.head.ordinal - b.head.ordinal);
    this.#blocks = blocks.filter((place, i) => i === 0 || place.head.ordinal !== blocks[i - 1]!.head.ordinal);
    const heads = this.#blocks.map((place) => place.head);
    const packets = new Map(parts.all('packets', decodePackets).map((counts) => [counts.ordinal, counts]));
    this.index = heads.map(({ ordinal, summary }) => withPackets(summary, packets.get(ordinal)));
    this.strings = new RecordedStrings(
      parts.all('strings', readStringRange),
      heads.reduce((most, head) => Math.max(most, head.strings), 0),
      inflate,
    );
    const syscalls = joinSyscalls(parts, heads);
    this.syscalls = syscalls.refs;
    this.byteSize = bytes.length;
    this.durationNs = this.index.reduce((latest, { lastNs }) => Math.max(latest, lastNs), 0);
    const end = parts.first('footer', decodeFooter);
    this.footer = end?.footer ?? footerOf(heads);
    const total = end ?? parts.first('index', readTotal);
    if (parts.first('trailer', () => true) === undefined && gaps.length === 0)
      gaps.push({ offset: bytes.length, message: 'the end of the file is missing' });
    this.damage = damageOf(gaps, {
      blocks: total && total.blocks - heads.length,
      records: total && total.records - heads.reduce((sum, head) => sum + head.summary.count, 0),
      strings: this.strings.lost,
      syscalls: syscalls.lost,
      footer: end === undefined,
    });
  }

  block(i: number): Block {
    const place = this.#blocks[i];
    if (place === undefined) throw new RangeError(`block ${i} of ${this.#blocks.length}`);
    let block = this.#cache.get(i);
    if (block === undefined) {
      block = decodeBlock(place.payload, (id) => this.strings.lengthOf(id), this.#inflate);
      if (this.#cache.size >= CACHED_BLOCKS) this.#cache.delete(this.#cache.keys().next().value!); // the one not used for longest
    } else this.#cache.delete(i);
    this.#cache.set(i, block);
    return block;
  }
}

/** Sound sections by type; one whose payload is impossible becomes a gap. */
class Parts {
  readonly #found: Scan;
  readonly #gaps: Gap[];

  constructor(found: Scan, gaps: Gap[]) {
    this.#found = found;
    this.#gaps = gaps;
  }

  all<T>(type: SectionType, read: (payload: Uint8Array) => T): T[] {
    return this.#found.sections
      .filter((section) => section.type === type)
      .flatMap((section) => this.#try(section, read));
  }

  first<T>(type: SectionType, read: (payload: Uint8Array) => T): T | undefined {
    for (const section of this.#found.sections) {
      if (section.type !== type) continue;
      const [value] = this.#try(section, read);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  #try<T>(section: SoundSection, read: (payload: Uint8Array) => T): [T] | [] {
    try {
      return [read(section.payload)];
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#gaps.push({ offset: section.offset, message: error.message });
      return [];
    }
  }
}

function readPlace(payload: Uint8Array): BlockPlace {
  return { head: readBlockHead(new ByteReader(payload)), payload };
}

/** Blocks and records of the whole recording, as the index has them. */
function readTotal(payload: Uint8Array): { blocks: number; records: number } {
  const from = new ByteReader(payload);
  const blocks = from.varint();
  let records = 0;
  for (let i = 0; i < blocks && from.at < payload.length; i++) {
    from.varint();
    records += readSummary(from).count;
  }
  from.end('the index');
  return { blocks, records };
}

function joinSyscalls(
  parts: Parts,
  heads: readonly BlockHead[],
): { refs: readonly SyscallRef[]; lost: number } {
  const refs: SyscallRef[] = [];
  for (const { first, refs: some } of parts.all('syscalls', decodeSyscalls)) {
    for (const [i, ref] of some.entries()) refs[first + i] = ref;
  }
  const size = heads.reduce((most, head) => Math.max(most, head.syscalls), refs.length);
  const filled = Array.from({ length: size }, (_, i) => refs[i] ?? LOST_SYSCALL);
  return { refs: filled, lost: filled.filter((ref) => ref === LOST_SYSCALL).length };
}

function footerOf(heads: readonly BlockHead[]): RecordingFooter {
  const lines = heads.reduce((most, head) => Math.max(most, head.lastLine), 0);
  return { sources: [], lines, badLines: 0, orphanLines: 0, otherLines: 0, warnings: [] };
}

interface Losses {
  readonly blocks: number | undefined;
  readonly records: number | undefined;
  readonly strings: number;
  readonly syscalls: number;
  readonly footer: boolean;
}

function damageOf(gaps: readonly Gap[], lost: Losses): Damage | undefined {
  const first = gaps.toSorted((a, b) => a.offset - b.offset)[0];
  if (first === undefined) return undefined;
  const parts = [
    lost.blocks === undefined
      ? 'what came after cannot be known'
      : lost.blocks > 0 && `${counted(lost.blocks, 'block')} with ${counted(lost.records!, 'record')}`,
    lost.strings > 0 && counted(lost.strings, 'string'),
    lost.syscalls > 0 && `the names of ${counted(lost.syscalls, 'system call')}`,
    lost.footer && 'the counts of lines',
  ].filter((part) => part !== false);
  const more = gaps.length > 1 ? ` and ${counted(gaps.length - 1, 'more place')}` : '';
  return {
    offset: first.offset,
    message: `${first.message} at byte ${first.offset}${more}; lost: ${parts.length > 0 ? parts.join(', ') : 'nothing'}`,
    lostBlocks: lost.blocks ?? -1,
    lostRecords: lost.records ?? -1,
  };
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function noHeader({ newer, gaps }: Scan): never {
  if (newer === 'header') throw new FormatError('bad-version', 'its header');
  throw new FormatError(
    'no-header',
    gaps[0] === undefined ? 'there is none' : `${gaps[0].message} at byte ${gaps[0].offset}`,
  );
}

function hex(bytes: Uint8Array): string {
  return bytes.length === 0
    ? 'nothing'
    : Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
