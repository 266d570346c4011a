// Link types of captures: what a packet begins with. The numbers are LINKTYPE_* of capture files.
// @see https://www.tcpdump.org/linktypes.html

/** How a frame of a link type is read up to its network header. */
export type LinkHeader =
  /** 14 bytes, the type in the last two. */
  | 'ethernet'
  /** No header: the version stands in the first four bits of the packet. */
  | 'ip'
  /** Four bytes: an address family, in the byte order of whoever captured, or big endian. */
  | 'family'
  /** 16 bytes that libpcap puts before packets of the device `any`; 20 bytes in its second form. */
  | 'cooked'
  | 'cooked2'
  /** Not read. */
  | 'other';

interface LinkTypeRow {
  readonly code: number;
  readonly header: LinkHeader;
  readonly summary: string;
}

/** Link types by the name that tcpdump -L gives them, in lower case. */
// oxfmt-ignore
export const LINK_TYPES = {
  null:        { code: 0,   header: 'family',   summary: 'BSD loopback' },
  en10mb:      { code: 1,   header: 'ethernet', summary: 'Ethernet' },
  ieee802:     { code: 6,   header: 'other',    summary: 'Token Ring' },
  slip:        { code: 8,   header: 'other',    summary: 'SLIP' },
  ppp:         { code: 9,   header: 'other',    summary: 'PPP' },
  raw12:       { code: 12,  header: 'ip',       summary: 'raw IP' },
  raw14:       { code: 14,  header: 'ip',       summary: 'raw IP' },
  ppp_serial:  { code: 50,  header: 'other',    summary: 'PPP over serial' },
  ppp_ether:   { code: 51,  header: 'other',    summary: 'PPPoE' },
  raw:         { code: 101, header: 'ip',       summary: 'raw IP' },
  c_hdlc:      { code: 104, header: 'other',    summary: 'Cisco HDLC' },
  ieee802_11:  { code: 105, header: 'other',    summary: '802.11' },
  loop:        { code: 108, header: 'family',   summary: 'OpenBSD loopback' },
  linux_sll:   { code: 113, header: 'cooked',   summary: 'Linux cooked v1' },
  pflog:       { code: 117, header: 'other',    summary: 'OpenBSD pflog' },
  prism:       { code: 119, header: 'other',    summary: '802.11 with Prism header' },
  radiotap:    { code: 127, header: 'other',    summary: '802.11 with radiotap header' },
  usb_linux:   { code: 189, header: 'other',    summary: 'USB of Linux' },
  ieee802_15_4:{ code: 195, header: 'other',    summary: '802.15.4' },
  bluetooth:   { code: 201, header: 'other',    summary: 'Bluetooth' },
  usb_mmapped: { code: 220, header: 'other',    summary: 'USB of Linux, padded' },
  can:         { code: 227, header: 'other',    summary: 'SocketCAN' },
  ipv4:        { code: 228, header: 'ip',       summary: 'raw IPv4' },
  ipv6:        { code: 229, header: 'ip',       summary: 'raw IPv6' },
  nflog:       { code: 239, header: 'other',    summary: 'Linux NFLOG' },
  usbpcap:     { code: 249, header: 'other',    summary: 'USB of Windows' },
  netlink:     { code: 253, header: 'other',    summary: 'Linux netlink' },
  linux_sll2:  { code: 276, header: 'cooked2',  summary: 'Linux cooked v2' },
} as const satisfies Record<string, LinkTypeRow>;

const BY_CODE: ReadonlyMap<number, LinkTypeRow> = new Map(
  Object.values(LINK_TYPES).map((row) => [row.code, row]),
);

/** How frames of a LINKTYPE_* begin. */
export function linkHeaderOf(code: number): LinkHeader {
  return BY_CODE.get(code)?.header ?? 'other';
}

/** A LINKTYPE_* for people: 'Ethernet'; 'link type 147' where the table has none. */
export function linkTypeName(code: number): string {
  return BY_CODE.get(code)?.summary ?? `link type ${code}`;
}
