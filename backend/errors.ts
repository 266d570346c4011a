// What the backend refuses, as one table of sentences; the CLI prints them, the server answers them.
//
// Each row says what is wrong, where, and what to do. A UserError is a refusal a person can act on; anything else that is
// thrown is a mistake of ours and is reported as 'internal'.

/** Texts by stable code. */
export const MESSAGES = {
  'no-recording': (name: string, known: readonly string[]) =>
    known.length === 0
      ? `there is no recording named ${name}, and the manifest lists none; give the path of a strace log or of a .sct file`
      : `there is no recording named ${name} and no file of that path; there are ${known.join(', ')}, or give the path of a strace log or of a .sct file`,
  'no-program': (name: string, known: readonly string[]) =>
    `there is no program named ${name} and no file of that path; there are ${known.join(', ')}, or give the path of an object that clang made (.o) or of assembly text`,
  'no-prog': (name: string, known: readonly string[]) =>
    `there is no program ${name} in it; there are ${known.join(', ')}`,
  'not-an-object': (name: string, option: string) =>
    `${option} is for objects that clang made, and ${name} is assembly text: change the text`,
  'no-kernel': (name: string, known: readonly string[]) =>
    `there is no kernel named ${name} and no file of that path; there are ${known.join(', ')}, or give the path of a BTF file such as /sys/kernel/btf/vmlinux`,
  'bad-kernel': (name: string, reason: string) =>
    `${name} cannot be read as the types of a kernel: ${reason}`,
  'bad-program': (name: string, details: string) => `${name} cannot be used as a program:\n${details}`,
  'bad-manifest': (path: string, details: string) => `the manifest ${path} cannot be read: ${details}`,
  'cannot-read': (path: string, reason: string) => `cannot read ${path}: ${reason}`,
  'cannot-write': (path: string, reason: string) => `cannot write ${path}: ${reason}`,
  'not-a-log': (name: string, reason: string) =>
    `${name} is no strace log: ${reason} (packed by gzip or zstd is fine, and .sct files are taken too)`,
  'not-a-capture': (name: string, reason: string) => `${name} cannot be read as a capture: ${reason}`,
  'bad-sct': (name: string, reason: string) => `${name} cannot be opened as a .sct recording: ${reason}`,
  'is-sct': (name: string) => `${name} is a .sct recording already; use it as it is`,
  'bad-packing': (name: string, format: string, reason: string) =>
    `${name} cannot be unpacked as ${format}: ${reason}; unpack it by hand and try again`,
  'unpacked-too-large': (name: string, limitBytes: number) =>
    `${name} is more than ${limitBytes} bytes when unpacked; cut it into smaller logs, or use tailscope import`,
  'would-overwrite': (path: string) => `${path} exists already; choose another name with -o, or add --force`,
  'output-is-input': (path: string) => `${path} is the input itself; choose another name with -o`,
  'bad-option': (option: string, value: string, expected: string) =>
    `${option} cannot be ${value}: expected ${expected}`,
  'no-sources': (folder: string) =>
    `--dev serves the page from its sources, and there are none at ${folder}; use it in a checkout, or leave it out`,
  'port-in-use': (host: string, port: number) =>
    `port ${port} of ${host} is in use; stop what uses it, or choose another with --port (0 takes a free one)`,
  'cannot-listen': (host: string, port: number, reason: string) =>
    `cannot listen on port ${port} of ${host}: ${reason}`,
  'no-strace': () =>
    [
      'strace is not installed; install it with',
      '  Debian, Ubuntu   sudo apt install strace',
      '  Fedora           sudo dnf install strace',
      '  Arch             sudo pacman -S strace',
      '  Alpine           sudo apk add strace',
    ].join('\n'),
  'no-ptrace': (reason: string) =>
    [
      `strace may not trace here: ${reason}`,
      '  in a container: start it with --cap-add=SYS_PTRACE (docker, podman)',
      '  on a machine with Yama: sysctl kernel.yama.ptrace_scope must be less than 3',
      '  under another tracer (gdb, strace): end that one first',
    ].join('\n'),
  'strace-failed': (reason: string) => `strace could not be started: ${reason}`,
  'no-command': (command: string) => `there is no command named ${command}; see that it is in the PATH`,
  'bad-payload': (event: string, details: string) => `the payload of ${event} is not valid: ${details}`,
  'not-joined': () => 'no session was joined; send session:join first',
  'too-many-sessions': (limit: number) =>
    `there are ${limit} sessions already; close a page that shows another one and try again`,
  'too-many-requests': (limit: number) =>
    `${limit} requests of this page wait for an answer already; wait for some before sending more`,
  'no-type': (name: string, object: string) =>
    `${object} has no struct ${name} among its types; tailscope inspect --types lists them`,
  'no-map': (name: string) => `the loaded program has no map named ${name}`,
  'session-failed': (reason: string) =>
    `the replay stopped: ${reason}; the next request starts it again from the beginning`,
  'upload-too-large': (limitBytes: number) =>
    `the file is larger than ${limitBytes} bytes; convert it with tailscope import and serve it with --recording`,
  'too-many-uploads': (limit: number) =>
    `${limit} recordings were uploaded already; restart the server, or give it a file with --recording`,
  'busy-importing': (limit: number) => `${limit} imports are running; try again when one has ended`,
  'too-many-programs': (limit: number) =>
    `${limit} programs were uploaded already; restart the server, or give it one with --program`,
  'program-too-large': (limitBytes: number) =>
    `the program is larger than ${limitBytes} bytes; strip its debug information (llvm-strip -g keeps its types)`,
  'program-too-long': (name: string, limitMs: number) =>
    `${name} took longer than ${limitMs / 1000} s to verify; tailscope verify takes as long as it needs`,
  'busy-checking': (limit: number) => `${limit} programs are being verified; try again when one is done`,
  'upload-cut': () => 'the upload ended before the file did; send it again',
  'upload-stalled': (stallMs: number) => `no byte of the upload came for ${stallMs / 1000} s; send it again`,
  'origin-refused': (origin: string) =>
    `requests from ${origin} are refused; start the server with --allow-origin ${origin} if it is yours`,
  'host-refused': (host: string) =>
    `the server answers on this machine's own name only, not as ${host}; open http://127.0.0.1 with its port, or start it with --host`,
  'rate-limited': () => 'too many requests from here; wait a minute and try again',
  'not-found': (path: string) => `there is nothing at ${path}`,
  internal: () => 'something went wrong in the server; its log says what (start it with --verbose)',
} as const satisfies Record<string, (...args: never[]) => string>;
export type ErrorCode = keyof typeof MESSAGES;

/** A refusal: `message` is one clear text for a person, `code` is stable. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The error of row `code`, its text made from `facts`. */
export function refusal<C extends ErrorCode>(code: C, ...facts: Parameters<(typeof MESSAGES)[C]>): UserError {
  const text = MESSAGES[code] as (...args: Parameters<(typeof MESSAGES)[C]>) => string; // the row's own parameters
  return new UserError(code, text(...facts));
}

/** What Node says about a failed system call, without its `ENOENT:` and path: 'no such file or directory'. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (errnoOf(error) === 'EISDIR') return 'it is a folder';
  const match = /^[A-Z0-9]+: ([^,]+),/.exec(error.message);
  return match?.[1] ?? error.message;
}

/** The errno name that Node puts on errors of system calls ('ENOENT'), or undefined. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
