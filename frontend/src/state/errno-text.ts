// What an errno means for the call that got it, in a few words. Names and numbers come from the tables of the traces.
import { errnoName } from '../../../traces/index.ts';

// oxfmt-ignore
const MEANINGS: Readonly<Record<string, string>> = {
  EPERM: 'not permitted',                 ENOENT: 'no such file or directory',   ESRCH: 'no such process',
  EINTR: 'interrupted by a signal',       EIO: 'input/output error',             ENXIO: 'no such device or address',
  E2BIG: 'argument list too long',        ENOEXEC: 'not an executable',          EBADF: 'not an open descriptor',
  ECHILD: 'no child to wait for',         EAGAIN: 'not now, try again',          ENOMEM: 'out of memory',
  EACCES: 'permission denied',            EFAULT: 'bad address',                 ENOTBLK: 'not a block device',
  EBUSY: 'in use',                        EEXIST: 'exists already',              EXDEV: 'crosses file systems',
  ENODEV: 'no such device',               ENOTDIR: 'not a directory',            EISDIR: 'is a directory',
  EINVAL: 'invalid argument',             ENFILE: 'system is out of files',      EMFILE: 'process is out of descriptors',
  ENOTTY: 'not a terminal, no such ioctl', ETXTBSY: 'program is running',        EFBIG: 'file too large',
  ENOSPC: 'no space left',                ESPIPE: 'cannot seek',                 EROFS: 'read-only file system',
  EMLINK: 'too many links',               EPIPE: 'nobody reads the pipe',        EDOM: 'outside of the domain',
  ERANGE: 'result does not fit',          EDEADLK: 'would deadlock',             ENAMETOOLONG: 'name too long',
  ENOLCK: 'no locks left',                ENOSYS: 'call not implemented',        ENOTEMPTY: 'directory not empty',
  ELOOP: 'too many symbolic links',       ENODATA: 'no such attribute',          ETIME: 'timer expired',
  EPROTO: 'protocol error',               EBADMSG: 'not a valid message',        EOVERFLOW: 'value too large',
  EILSEQ: 'malformed characters',         ENOTSOCK: 'not a socket',              EDESTADDRREQ: 'no destination given',
  EMSGSIZE: 'message too long',           EPROTOTYPE: 'wrong protocol type',     ENOPROTOOPT: 'no such socket option',
  EPROTONOSUPPORT: 'protocol not supported', EOPNOTSUPP: 'not supported here',   EAFNOSUPPORT: 'address family not supported',
  EADDRINUSE: 'address in use',           EADDRNOTAVAIL: 'address not available', ENETDOWN: 'network is down',
  ENETUNREACH: 'network unreachable',     ECONNABORTED: 'connection aborted',    ECONNRESET: 'connection reset by peer',
  ENOBUFS: 'no buffer space',             EISCONN: 'connected already',          ENOTCONN: 'not connected',
  ESHUTDOWN: 'socket was shut down',      ETIMEDOUT: 'timed out',                ECONNREFUSED: 'connection refused',
  EHOSTUNREACH: 'host unreachable',       EALREADY: 'under way already',         EINPROGRESS: 'now under way',
  ESTALE: 'stale file handle',            EDQUOT: 'quota exceeded',              ECANCELED: 'cancelled',
  ENOKEY: 'no such key',                  EOWNERDEAD: 'owner of the lock died',
};

/** 'no such file or directory' for ENOENT's number; empty for errnos that hardly occur. */
export function errnoMeaning(errno: number): string {
  return MEANINGS[errnoName(errno)] ?? '';
}
