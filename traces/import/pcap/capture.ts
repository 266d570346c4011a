// What the readers of captures share: packets on their way to rows, and who reads one.
import type { ByteBuffer } from '../bytes.ts';

/** Largest packet that is believed: the snaplen of USB captures is 256 MiB, but none of their packets is near it. */
export const MAX_PACKET_BYTES: number = 1 << 24;

/** PACKET_* of Linux as a number. @see include/uapi/linux/if_packet.h */
export const DIRECTION = { host: 0, broadcast: 1, multicast: 2, otherHost: 3, outgoing: 4 } as const;
/** The capture does not say where the packet was going. */
export const NO_DIRECTION = -1;

/** One network device of a capture. */
export interface CaptureInterface {
  /** Index of the device, from 1 on in order of appearance over all sections and files. */
  readonly ifindex: number;
  /** '' unknown. */
  readonly name: string;
  /** LINKTYPE_*. */
  readonly linkType: number;
}

/** A packet as a reader found it; its bytes stand in the buffer of the reader. */
export interface FoundPacket {
  readonly device: CaptureInterface;
  /** Stamp: whole seconds since the epoch and ns of the second; seconds NaN where the capture has none. */
  readonly seconds: number;
  readonly ns: number;
  /** Recorded bytes [at, at + length). */
  readonly at: number;
  readonly length: number;
  /** Bytes that the packet had on its link. */
  readonly trueLength: number;
  /** A number of DIRECTION, or NO_DIRECTION. */
  readonly direction: number;
  /** What a person wrote beside the packet. */
  readonly comment: string;
}

/** What readers tell of a file. */
export interface CaptureTaker {
  packet(bytes: ByteBuffer, packet: FoundPacket): void;
  /** A word of the recorder or of a person that belongs to no packet. */
  note(text: string): void;
  /** Something that was read and is no packet: a table of names, keys, a journal entry. */
  other(): void;
  /** `offset` is in bytes from the start of the file; `detail` follows it in the warning. */
  warn(code: CaptureWarning, offset: number, detail: string): void;
  /** Nothing from `offset` on can be read. */
  stop(offset: number, detail: string): void;
  /** The device of that name in this and earlier files and sections; where it has no name, the one at that place. */
  device(name: string, place: number, linkType: number): CaptureInterface;
  /** Stamps are multiples of this many ns. */
  resolution(ns: number): void;
}

/** Rows of WARNINGS that readers of captures use. */
export type CaptureWarning =
  | 'bad-capture'
  | 'cut-capture'
  | 'bad-block'
  | 'bad-option'
  | 'bad-length'
  | 'no-interface'
  | 'dropped-packets';

/** Reads one file. */
export interface CaptureReader {
  /**
   * Reads the whole records of `bytes` from its start, which is `offset` bytes into the file. Returns how many bytes are done with: more than
   * there are where what follows is to be skipped. Not called again once it told `stop`.
   */
  read(bytes: ByteBuffer, offset: number): number;
  /** The name of the format. */
  readonly format: 'pcap' | 'pcapng';
  /** Who wrote the file, as it says itself; '' unknown. */
  readonly application: string;
}
