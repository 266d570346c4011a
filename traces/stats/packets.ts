// The packets of a recording in numbers: by link type and by device.
import { MEMORY_FLAGS } from '../event.ts';
import type { Block } from '../event.ts';
import type { Recording } from '../recording.ts';
import { linkTypeName } from '../tables/link-types.ts';

export interface DeviceSummary {
  readonly ifindex: number;
  /** '' unknown. */
  readonly name: string;
  readonly packets: number;
  /** On the link, from the link header on; what was recorded where the true length is unknown. */
  readonly bytes: number;
}

export interface PacketSummary {
  readonly packets: number;
  readonly bytes: number;
  /** Packets of which only the beginning was recorded. */
  readonly cutPackets: number;
  /** Packets by name of the link type, most first. */
  readonly linkTypes: Readonly<Record<string, number>>;
  /** By index. */
  readonly devices: readonly DeviceSummary[];
}

/** Devices that are told apart; a capture has a few, a broken one may have any number. */
const MAX_DEVICES = 4096;

/** Counts packets one by one. */
export class PacketCounter {
  readonly #recording: Recording;
  readonly #linkTypes = new Map<number, number>();
  readonly #devices = new Map<number, { name: number; packets: number; bytes: number }>();
  #packets = 0;
  #bytes = 0;
  #cut = 0;

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  /** Takes the packet of a row. */
  take(block: Block, row: number): void {
    const linkType = Number(block.ret[row]);
    const span = block.memStart[row]!;
    const isRecorded = span < block.memStart[row + 1]!;
    const trueLength = isRecorded ? block.memTrueLength[span]! : 0;
    const bytes = Number.isNaN(trueLength)
      ? this.#recording.strings.bytes(block.memBytes[span]!).length
      : trueLength;
    this.#packets++;
    this.#bytes += bytes;
    if (isRecorded && (block.memFlags[span]! & MEMORY_FLAGS.cut) !== 0) this.#cut++;
    this.#linkTypes.set(linkType, (this.#linkTypes.get(linkType) ?? 0) + 1);
    const ifindex = Number(block.args[row * 6]);
    let device = this.#devices.get(ifindex);
    if (device === undefined) {
      if (this.#devices.size === MAX_DEVICES) return;
      this.#devices.set(ifindex, (device = { name: block.argText[row * 6]!, packets: 0, bytes: 0 }));
    }
    device.packets++;
    device.bytes += bytes;
  }

  summary(): PacketSummary {
    const types = [...this.#linkTypes].sort(([a, x], [b, y]) => y - x || a - b);
    const devices = [...this.#devices].sort(([a], [b]) => a - b);
    return {
      packets: this.#packets,
      bytes: this.#bytes,
      cutPackets: this.#cut,
      linkTypes: Object.fromEntries(types.map(([code, count]) => [linkTypeName(code), count])),
      devices: devices.map(([ifindex, { name, packets, bytes }]) => ({
        ifindex,
        name: this.#recording.strings.text(name),
        packets,
        bytes,
      })),
    };
  }
}
