// What a recorder says of a descriptor (strace -y, -yy): `3</etc/passwd>`, `4<pipe:[123]>`, `5<TCP:[1.2.3.4:80->5.6.7.8:9]>`, `6</dev/null<char 1:3>>`.
import type { SocketFacts } from '../../../vm/index.ts';
import type { OpenFile } from './open-file.ts';
import { bytesOf, isAbsolute, latin1, sameBytes } from './path.ts';
import { socketAddress } from './socket-address.ts';

/** What a note tells of a file: only the members that it does tell. */
export type Told = Partial<OpenFile>;

const AF = { unix: 1, inet: 2, netlink: 16, inet6: 10 } as const;
const SOCK = { stream: 1, dgram: 2, raw: 3, seqpacket: 5 } as const;

/** Sockets by the name that strace -yy gives them, which is the kernel's. */
// oxfmt-ignore
const SOCKETS: Readonly<Record<string, SocketFacts>> = {
  'TCP':            { family: AF.inet,    type: SOCK.stream,    protocol: 6 },
  'TCPv6':          { family: AF.inet6,   type: SOCK.stream,    protocol: 6 },
  'UDP':            { family: AF.inet,    type: SOCK.dgram,     protocol: 17 },
  'UDPv6':          { family: AF.inet6,   type: SOCK.dgram,     protocol: 17 },
  'UDPLITE':        { family: AF.inet,    type: SOCK.dgram,     protocol: 136 },
  'UDPLITEv6':      { family: AF.inet6,   type: SOCK.dgram,     protocol: 136 },
  'PING':           { family: AF.inet,    type: SOCK.dgram,     protocol: 1 },
  'PINGv6':         { family: AF.inet6,   type: SOCK.dgram,     protocol: 58 },
  'RAW':            { family: AF.inet,    type: SOCK.raw },
  'RAWv6':          { family: AF.inet6,   type: SOCK.raw },
  'UNIX-STREAM':    { family: AF.unix,    type: SOCK.stream,    protocol: 0 },
  'UNIX-DGRAM':     { family: AF.unix,    type: SOCK.dgram,     protocol: 0 },
  'UNIX-SEQPACKET': { family: AF.unix,    type: SOCK.seqpacket, protocol: 0 },
  'UNIX':           { family: AF.unix },
  'NETLINK':        { family: AF.netlink },
};

const LESS = 0x3c;
const BACKSLASH = 0x5c;
const CLOSING = 0x29;
/** Escapes of C that are no numbers. */
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', v: '\v', f: '\f' };
const DEVICE = /^(.*)<(char|block) (\d+):(\d+)>$/s;
const NUMBERED = /^(pipe|socket):\[(\d+)\]$/;
const PROTOCOL = /^([A-Za-z0-9-]+):\[(.*)\]$/s;
const PIDFD = /^pid:(\d+)/;

/** What a note tells; undefined for one that is not about a file. */
export function readDescriptorNote(bytes: Uint8Array): Told | undefined {
  if (isPlainPath(bytes)) return { path: bytes };
  const note = latin1(bytes);
  const text = note.endsWith('>(deleted)') ? note.slice(0, -'>(deleted)'.length) : note;
  const device = DEVICE.exec(text);
  if (device !== null) {
    const type = device[2] === 'char' ? 'character' : 'block';
    return {
      path: bytesOf(unescaped(device[1]!)),
      type,
      device: (Number(device[3]) << 20) | Number(device[4]),
    };
  }
  if (text.startsWith('/')) return { path: bytesOf(unescaped(text)) };
  const numbered = NUMBERED.exec(text);
  if (numbered !== null) {
    const type = numbered[1] === 'pipe' ? 'fifo' : 'socket';
    return { path: bytesOf(text), type, inode: Number(numbered[2]) };
  }
  const pidfd = PIDFD.exec(text);
  if (pidfd !== null) return { path: bytesOf('anon_inode:[pidfd]'), type: 'anon', pid: Number(pidfd[1]) };
  if (text.startsWith('anon_inode:')) return { path: bytesOf(text), type: 'anon' };
  if (text.startsWith('signalfd:')) return { path: bytesOf('anon_inode:[signalfd]'), type: 'anon' };
  const socket = PROTOCOL.exec(text);
  return socket === null ? undefined : readSocket(socket[1]!, socket[2]!);
}

/** A path without escapes and annotations: most of them are. */
function isPlainPath(bytes: Uint8Array): boolean {
  return isAbsolute(bytes) && !bytes.includes(BACKSLASH) && !bytes.includes(LESS) && bytes.at(-1) !== CLOSING;
}

/** Bytes that are not printed as they are: `\\n`, `\\74`, `\\x3c`, `\\"`. */
function unescaped(text: string): string {
  return text.replaceAll(/\\(x[0-9a-f]{2}|[0-7]{1,3}|.)/gs, (_, escape: string) => {
    if (escape.length === 3 && escape.startsWith('x'))
      return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    if (/^[0-7]/.test(escape)) return String.fromCharCode(Number.parseInt(escape, 8) & 0xff);
    return ESCAPES[escape] ?? escape;
  });
}

/** `[123]`, `[127.0.0.1:80]`, `[127.0.0.1:80->127.0.0.1:9]`, `[123->456,"path"]`, `[ROUTE:123]`. */
function readSocket(name: string, inner: string): Told | undefined {
  const kind = SOCKETS[name];
  if (kind === undefined) return undefined;
  const socket = { ...kind };
  const inode = /^(\d+)(?=$|->|,)/.exec(inner)?.[1];
  if (kind.family !== AF.inet && kind.family !== AF.inet6)
    return inode === undefined ? { type: 'socket', socket } : numberedSocket(socket, inode);
  if (inode !== undefined) return numberedSocket(socket, inode);
  const [local, remote] = inner.split('->');
  return {
    type: 'socket',
    socket: {
      ...socket,
      local: socketAddress(kind.family, local ?? ''),
      ...(remote === undefined ? {} : { remote: socketAddress(kind.family, remote) }),
    },
  };
}

function numberedSocket(socket: SocketFacts, inode: string): Told {
  return { path: bytesOf(`socket:[${inode}]`), type: 'socket', inode: Number(inode), socket };
}

/** Whether a file may be the one that a note tells of. */
export function agrees(file: OpenFile, told: Told): boolean {
  return (
    same(file.type, told.type) &&
    same(file.inode, told.inode) &&
    same(file.device, told.device) &&
    same(file.pid, told.pid) &&
    same(file.socket?.family, told.socket?.family) &&
    same(file.socket?.type, told.socket?.type) &&
    samePath(file.path, told.path) &&
    samePath(file.socket?.remote, told.socket?.remote)
  );
}

/** Takes what a note tells into the file that it is about. */
export function learn(file: OpenFile, told: Told): void {
  const { socket, ...rest } = told;
  file.learn(rest);
  if (socket !== undefined) file.socket = { ...file.socket, ...socket };
}

function same<T>(a: T | undefined, b: T | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}

function samePath(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined || sameBytes(a, b);
}
