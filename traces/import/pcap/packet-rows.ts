// Packets on their way to the sink: put in order of time, and cut into blocks.
//
// Devices of one capture hand their packets over in turns, so stamps step back a little. Rows wait in a window; when it is full, the earlier
// half of it leaves as a block. A packet that comes later than that stays where it is, is counted, and replays at the time of the one before.
import { ARG_KINDS, MEMORY_FLAGS, RECORD_FLAGS, RECORD_KINDS, type Block } from '../../event.ts';
import { OpenBlock } from '../open-block.ts';
import { NO_DIRECTION } from './capture.ts';
import type { PacketStrings } from './packet-strings.ts';
import type { Stamp } from './stamp.ts';

/** A row that waits; its seconds are NaN without a stamp. */
export interface WaitingRow extends Stamp {
  readonly kind: number;
  /** Which packet of its file, from 1; of a note the packet before it. */
  readonly number: number;
  readonly source: number;
  readonly ifindex: number;
  readonly linkType: number;
  readonly direction: number;
  /** String ids: the device's name, the frame, the comment or note. */
  readonly name: number;
  readonly frame: number;
  readonly text: number;
  readonly length: number;
  readonly trueLength: number;
}

/** A waiting row with its place in time: its stamp, or that of the row before it in the source; and the same as ns since a second. */
interface Placed extends WaitingRow {
  readonly stamp: Stamp;
  /** Exact within 104 days of that second; NaN without a stamp. */
  key: number;
}

/** What is known of time once the first block leaves. */
export interface TimeBase {
  /** Epoch ns of time 0. */
  readonly startNs: bigint;
  /** No packet has a stamp: they are counted, 1,000 ns each. */
  readonly isCounted: boolean;
}

export interface RowTaker {
  /** Called once, before the first block. */
  open(base: TimeBase): void;
  block(block: Block): void;
  /** A row came after its time had left; `isFar`: its stamp is so far from the others that it is no time of this capture. */
  late(row: WaitingRow, isFar: boolean): void;
}

/** Stamps farther than this from the start, 52 days, are not kept: differences would not be exact. */
const FAR_NS = 2 ** 52;
const STEP_NS = 1000;
const NS_PER_SECOND = 1e9;
const NO_STAMP: Stamp = { seconds: Number.NaN, ns: 0 };
/** Bytes of frames in a block, so that few large packets do not make a block of hundreds of MB. */
const BLOCK_BYTES = 1 << 22;

/** Collects rows, in blocks of at most `capacity`. */
export class PacketRows {
  readonly #capacity: number;
  readonly #strings: PacketStrings;
  readonly #taker: RowTaker;
  #waiting: Placed[] = [];
  #waitingBytes = 0;
  #isSorted = true;
  /** Second that keys count from. */
  #firstSecond = Number.NaN;
  /** Of the row that came last. */
  #lastStamp: Stamp = NO_STAMP;
  /** Key of time 0; NaN before the first block. */
  #startKey = Number.NaN;
  #isCounted = false;
  #rows = 0;
  #lastNs = 0;

  constructor(capacity: number, strings: PacketStrings, taker: RowTaker) {
    this.#capacity = capacity;
    this.#strings = strings;
    this.#taker = taker;
  }

  add(row: WaitingRow): void {
    const stamp = Number.isNaN(row.seconds) ? this.#lastStamp : row;
    if (Number.isNaN(this.#firstSecond)) this.#firstSecond = stamp.seconds;
    const before = this.#waiting.at(-1);
    if (before !== undefined && compareStamps(before.stamp, stamp) > 0) this.#isSorted = false;
    this.#lastStamp = stamp;
    this.#waiting.push({ ...row, stamp, key: this.#keyOf(stamp) });
    this.#waitingBytes += row.length;
    if (this.#waiting.length >= this.#capacity * 2 || this.#waitingBytes >= BLOCK_BYTES * 2) this.#leave();
  }

  /** Hands on all that waits. */
  finish(): void {
    while (this.#waiting.length > 0) this.#leave();
    this.#openBase();
  }

  #keyOf({ seconds, ns }: Stamp): number {
    return (seconds - this.#firstSecond) * NS_PER_SECOND + ns;
  }

  /** Hands on a block: the earliest rows, at most half of the window. */
  #leave(): void {
    if (!this.#isSorted) this.#waiting.sort((a, b) => compareStamps(a.stamp, b.stamp));
    this.#isSorted = true;
    this.#openBase();
    let count = 0;
    for (let bytes = 0; count < this.#waiting.length && count < this.#capacity; count++) {
      bytes += this.#waiting[count]!.length;
      if (bytes > BLOCK_BYTES && count > 0) break;
    }
    const block = new OpenBlock(count);
    const left = this.#waiting.splice(0, count);
    for (const row of left) {
      this.#waitingBytes -= row.length;
      this.#fill(block, row);
    }
    this.#taker.block(block.finish());
    this.#strings.retain(this.#waiting.flatMap(({ frame, text }) => (text === 0 ? [frame] : [frame, text])));
  }

  /** Time 0 is the earliest stamp that is not far from most of the first window's. */
  #openBase(): void {
    if (!Number.isNaN(this.#startKey)) return;
    const stamped = this.#waiting.filter(({ stamp }) => !Number.isNaN(stamp.seconds));
    const middle = stamped[stamped.length >> 1];
    if (middle === undefined) {
      this.#isCounted = true;
      this.#startKey = 0;
      this.#taker.open({ startNs: 0n, isCounted: true });
      return;
    }
    this.#firstSecond = middle.stamp.seconds;
    for (const row of this.#waiting) row.key = this.#keyOf(row.stamp);
    const first = stamped.find(({ key }) => key > middle.key - FAR_NS / 2) ?? middle;
    this.#startKey = first.key;
    const startNs = BigInt(first.stamp.seconds) * BigInt(NS_PER_SECOND) + BigInt(first.stamp.ns);
    this.#taker.open({ startNs, isCounted: false });
  }

  #timeOf(row: Placed): number {
    if (this.#isCounted) return this.#rows * STEP_NS;
    if (Number.isNaN(row.key)) return 0;
    const atNs = row.key - this.#startKey;
    const isFar = Math.abs(atNs) > FAR_NS;
    if (isFar || atNs < this.#lastNs) this.#taker.late(row, isFar);
    return isFar ? this.#lastNs : atNs;
  }

  #fill(block: OpenBlock, row: Placed): void {
    const at = block.count++;
    const atNs = this.#timeOf(row);
    this.#rows++;
    this.#lastNs = Math.max(this.#lastNs, atNs);
    block.kind[at] = row.kind;
    block.flags[at] =
      Number.isNaN(row.seconds) && row.kind === RECORD_KINDS.packet.code ? RECORD_FLAGS.noStamp : 0;
    block.line[at] = row.number;
    block.source[at] = row.source;
    block.enterNs[at] = atNs;
    block.retText[at] = row.text;
    if (row.kind !== RECORD_KINDS.packet.code) return;
    block.ret[at * 2] = row.linkType;
    block.setArg(at, 0, ARG_KINDS.value, row.ifindex, 0, row.name);
    if (row.direction !== NO_DIRECTION) block.setArg(at, 1, ARG_KINDS.value, row.direction, 0, 0);
    const cut = row.trueLength > row.length ? MEMORY_FLAGS.cut : 0;
    block.spans.add(at, 0, cut, row.frame, row.trueLength);
  }
}

/** Earlier ones first; without a stamp before all others. */
function compareStamps(a: Stamp, b: Stamp): number {
  if (Number.isNaN(a.seconds)) return Number.isNaN(b.seconds) ? 0 : -1;
  if (Number.isNaN(b.seconds)) return 1;
  return a.seconds - b.seconds || a.ns - b.ns;
}
