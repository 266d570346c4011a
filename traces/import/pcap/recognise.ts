// Captures by their first bytes.

/** Magic numbers of pcap files as they stand in a little endian file. `patched` records are 8 bytes longer; see pcap-file.ts. */
export const PCAP_MAGICS = {
  micro: { magic: 0xa1b2c3d4, unitNs: 1000, recordBytes: 16 },
  nano: { magic: 0xa1b23c4d, unitNs: 1, recordBytes: 16 },
  patched: { magic: 0xa1b2cd34, unitNs: 1000, recordBytes: 24 },
} as const satisfies Record<string, { magic: number; unitNs: number; recordBytes: number }>;

/** First bytes of a pcapng file, the same in both byte orders. */
export const PCAPNG_MAGIC = 0x0a0d0d0a;

/** Which kind of pcap file begins so, and its byte order. */
export function pcapKind(
  head: Uint8Array,
): { readonly unitNs: number; readonly recordBytes: number; readonly isLittle: boolean } | undefined {
  if (head.length < 4) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  for (const isLittle of [true, false]) {
    const magic = view.getUint32(0, isLittle);
    for (const row of Object.values(PCAP_MAGICS)) if (row.magic === magic) return { ...row, isLittle };
  }
  return undefined;
}

/** Whether a file is a capture of packets, by its first four bytes. */
export function recogniseCapture(head: Uint8Array): 'pcap' | 'pcapng' | undefined {
  if (pcapKind(head) !== undefined) return 'pcap';
  if (head.length < 4) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return view.getUint32(0) === PCAPNG_MAGIC ? 'pcapng' : undefined;
}
