// Captures imported, written as .sct, opened again and replayed: packets as a machine is told of them, beside what the recording says of each.
import {
  createCursor,
  createPcapImporter,
  createSctWriter,
  emptyPacket,
  fillPacket,
  openSct,
  RECORD_KINDS,
  type Cursor,
  type PcapOptions,
  type Recording,
  type RecordingFooter,
} from '../../../traces/index.ts';
import { joined } from '../blocks.ts';

export interface ImportedPacket {
  /** ns since the epoch; since the start where there are no stamps. */
  readonly atNs: bigint;
  readonly bytes: Uint8Array;
  readonly trueLength: number;
  readonly ifindex: number;
  readonly device: string;
  readonly direction: string | undefined;
  readonly linkBytes: number | undefined;
  readonly protocol: number | undefined;
  readonly linkType: number;
  readonly comment: string;
  /** Which packet of its file, and which file. */
  readonly number: number;
  readonly source: number;
  readonly flags: number;
}

export interface ImportedCapture {
  readonly recording: Recording;
  readonly footer: RecordingFooter;
  readonly packets: readonly ImportedPacket[];
  readonly notes: readonly string[];
  /** Codes of the warnings, in order, and what each says after its message. */
  readonly warnings: readonly (readonly [code: string, text: string])[];
}

/** Imports files, each in the pieces that it is given in. */
export function importCapture(
  files: readonly (readonly Uint8Array[])[],
  options: PcapOptions = {},
): ImportedCapture {
  const written: Uint8Array[] = [];
  const importer = createPcapImporter(
    createSctWriter((piece) => written.push(piece)),
    options,
  );
  for (const [i, pieces] of files.entries()) {
    importer.file(`${i}.pcap`);
    for (const piece of pieces) importer.push(piece);
    importer.endFile();
  }
  const footer = importer.end();
  const recording = openSct(joined(written));
  if (recording.damage !== undefined) throw new Error(recording.damage.message);
  return {
    recording,
    footer,
    ...readAll(recording),
    warnings: footer.warnings.map(({ code, text }) => [code, text]),
  };
}

/** What a recording of packets holds, in the order of its replay. */
export function readAll(recording: Recording): Pick<ImportedCapture, 'packets' | 'notes'> {
  const packets: ImportedPacket[] = [];
  const notes: string[] = [];
  const cursor = createCursor(recording);
  while (cursor.advance(Infinity)) {
    if (cursor.phase === 'packet') packets.push(packetAt(cursor, recording));
    else if (cursor.block.kind[cursor.row] === RECORD_KINDS.note.code)
      notes.push(recording.strings.text(cursor.block.retText[cursor.row]!));
  }
  return { packets, notes };
}

function packetAt(cursor: Cursor, recording: Recording): ImportedPacket {
  const { block, row } = cursor;
  const point = emptyPacket();
  fillPacket(cursor, recording, point);
  return {
    atNs: recording.header.startNs + BigInt(block.enterNs[row]!),
    bytes: point.bytes,
    trueLength: point.trueLength ?? point.bytes.length,
    ifindex: point.ifindex,
    device: recording.strings.text(block.argText[row * 6]!),
    direction: point.direction,
    linkBytes: point.linkBytes,
    protocol: point.protocol,
    linkType: Number(block.ret[row]),
    comment: recording.strings.text(block.retText[row]!),
    number: block.line[row]!,
    source: block.source[row]!,
    flags: block.flags[row]!,
  };
}
