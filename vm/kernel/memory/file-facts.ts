// What is known of an open file, as the kernel's structures have it: mode, numbers, addresses of sockets.
import type { FileFacts, SocketFacts } from '../task-facts.ts';

/** S_IFMT by the type of a file, with the permissions where they are the same for all of a kind. @see include/uapi/linux/stat.h */
// oxfmt-ignore
const MODES = {
  regular: 0o100000, directory: 0o040000, character: 0o020000, block: 0o060000,
  // Those that the kernel makes itself. @see fs/pipe.c get_pipe_inode, net/socket.c sock_alloc, fs/anon_inodes.c
  fifo: 0o010600, socket: 0o140777, anon: 0o000600,
} as const satisfies Record<NonNullable<FileFacts['type']>, number>;

const AF_INET = 2;
const AF_INET6 = 10;
const U16_BYTES = 2;

/** i_mode. A recording tells no permissions of files on disk: they read as none. */
export function modeOf(facts: FileFacts): number | undefined {
  const type = isSocket(facts) ? 'socket' : facts.type;
  return type === undefined ? undefined : MODES[type];
}

export function isSocket({ type, socket }: FileFacts): boolean {
  return type === 'socket' || socket !== undefined;
}

const NUMBERED = /^\w+:\[(\d+)\]$/;
/** Longest text of the form 'socket:[18446744073709551615]'. */
const NUMBERED_CHARS = 32;

/** i_ino: as told, or as the name has it: 'pipe:[123]'. */
export function inodeOf({ inode, path }: FileFacts): bigint | number | undefined {
  if (inode !== undefined || path === undefined || path.length > NUMBERED_CHARS) return inode;
  const digits = NUMBERED.exec(String.fromCharCode(...path))?.[1];
  return digits === undefined ? undefined : BigInt(digits);
}

/** i_rdev; 0 for what is known to be no device. */
export function deviceOf({ device, type }: FileFacts): number | undefined {
  if (device !== undefined) return device;
  return type === undefined || type === 'character' || type === 'block' ? undefined : 0;
}

export function familyOf(socket: SocketFacts | undefined): number | undefined {
  return socket?.family ?? family(socket?.local) ?? family(socket?.remote);
}

/** The address in a struct sockaddr_in: 4 bytes. */
export function address4(address: Uint8Array | undefined): Uint8Array | undefined {
  return isOf(address, AF_INET, 8) ? address.subarray(4, 8) : undefined;
}

/** The address in a struct sockaddr_in6: 16 bytes. */
export function address6(address: Uint8Array | undefined): Uint8Array | undefined {
  return isOf(address, AF_INET6, 24) ? address.subarray(8, 24) : undefined;
}

/** The port in either, in network order. */
export function portBytes(address: Uint8Array | undefined): Uint8Array | undefined {
  return isOf(address, AF_INET, 4) || isOf(address, AF_INET6, 4) ? address.subarray(2, 4) : undefined;
}

/** The same as a number. */
export function portOf(address: Uint8Array | undefined): number | undefined {
  const bytes = portBytes(address);
  return bytes === undefined ? undefined : (bytes[0]! << 8) | bytes[1]!;
}

function family(address: Uint8Array | undefined): number | undefined {
  return address === undefined || address.length < U16_BYTES ? undefined : address[0]! | (address[1]! << 8);
}

function isOf(address: Uint8Array | undefined, of: number, bytes: number): address is Uint8Array {
  return address !== undefined && address.length >= bytes && family(address) === of;
}

/** d_name.hash: of our own, since a kernel's depends on where its structures lie. @see fs/namei.c full_name_hash */
export function hashOf(name: Uint8Array): number {
  let hash = 0x811c_9dc5;
  for (const byte of name) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return hash >>> 0;
}
