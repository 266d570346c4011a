// Addresses of sockets as a recorder prints them behind a descriptor, as struct sockaddr has them.

const AF_INET = 2;
const AF_INET6 = 10;

/**
 * `127.0.0.1:80` as struct sockaddr_in, `[::1]:80` as struct sockaddr_in6 without flow and scope. Undefined for what is no such address.
 * @see ip(7), ipv6(7)
 */
export function socketAddress(family: number, text: string): Uint8Array | undefined {
  const colon = text.lastIndexOf(':');
  const port = Number(text.slice(colon + 1));
  if (colon < 0 || !Number.isInteger(port) || port < 0 || port > 0xffff) return undefined;
  const host = text.slice(0, colon);
  const v6 = family === AF_INET6;
  const address = v6 ? ipv6(host.replace(/^\[/, '').replace(/\]$/, '')) : ipv4(host);
  if (address === undefined || (!v6 && family !== AF_INET)) return undefined;
  const bytes = new Uint8Array(v6 ? 28 : 16);
  bytes[0] = family;
  bytes[2] = port >> 8;
  bytes[3] = port & 0xff;
  bytes.set(address, v6 ? 8 : 4);
  return bytes;
}

/** Four bytes of `127.0.0.1`. */
function ipv4(text: string): number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.map(Number);
}

/** Sixteen bytes of `fe80::1` or `::ffff:1.2.3.4`. */
function ipv6(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(groups);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const rest = tail ?? [];
  const gap = 16 - head.length - rest.length;
  if (gap < 0 || (halves.length === 1 && gap > 0)) return undefined;
  return [...head, ...Array.from({ length: gap }, () => 0), ...rest];
}

/** Bytes of groups between colons; the last may be an IPv4 address. */
function groups(text: string): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    const last = i === parts.length - 1 && part.includes('.') ? ipv4(part) : undefined;
    if (last !== undefined) bytes.push(...last);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) {
      const group = Number.parseInt(part, 16);
      bytes.push(group >> 8, group & 0xff);
    } else return undefined;
  }
  return bytes;
}
