// Programs and rights that some tests need and a machine may lack. Tests ask `hasTool`; the run says once what it left out.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { release } from 'node:os';
import { delimiter, join } from 'node:path';

interface ToolRow {
  /** What cannot be tested without it. */
  readonly tests: string;
  /** How to get it on Debian. */
  readonly install: string;
  readonly probe: () => boolean;
}

/** The oldest Linux whose answers are those that the tests expect: what came with a later one, ours has. */
const KERNEL = { major: 6, minor: 18 } as const;

export const TOOLS = {
  chromium: {
    tests: 'the page in a browser',
    install: 'apt install chromium',
    probe: () => findProgram('chromium') !== undefined,
  },
  clang: {
    tests: 'the assembler against clang and llvm-objdump',
    install: 'apt install clang-19 llvm-19',
    probe: () => findProgram('clang-19') !== undefined && findProgram('llvm-mc-19') !== undefined,
  },
  'bpf-c': {
    tests: 'the objects of the samples, built again from their C',
    install: 'apt install clang-19 llvm-19 libbpf-dev',
    probe: () =>
      findProgram('clang-19') !== undefined &&
      findProgram('llvm-strip-19') !== undefined &&
      existsSync('/usr/include/bpf/bpf_helpers.h'),
  },
  cc: {
    tests: 'small C programs that other tests build',
    install: 'apt install gcc libc6-dev linux-libc-dev',
    probe: () => findProgram('cc') !== undefined,
  },
  libbpf: {
    tests: 'CO-RE relocations compared with those of libbpf',
    install: 'apt install libbpf-dev gcc libc6-dev, and run as root on a Linux that allows bpf(2)',
    probe: () =>
      process.platform === 'linux' &&
      process.getuid?.() === 0 &&
      builds('#include <bpf/libbpf.h>', ['-lbpf']) &&
      allowsBpf(),
  },
  wabt: {
    tests: 'the text of generated code, read by another tool',
    install: 'apt install wabt',
    probe: () => findProgram('wat2wasm') !== undefined && findProgram('wasm2wat') !== undefined,
  },
  tshark: {
    tests: "captures compared with what Wireshark's tools make of them",
    install: 'apt install tshark',
    probe: () => findProgram('tshark') !== undefined && findProgram('editcap') !== undefined,
  },
  strace: {
    tests: '`tailscope record`, and logs made on the spot',
    install: 'apt install strace, and a machine that allows ptrace',
    probe: () => findProgram('strace') !== undefined && runs('strace', ['-o', '/dev/null', 'true']),
  },
  kernel: {
    tests: 'answers compared with those of a real Linux kernel',
    install: `run as root on Linux ${KERNEL.major}.${KERNEL.minor} or newer that allows bpf(2)`,
    probe: () =>
      process.platform === 'linux' &&
      isKernelNewEnough(release()) &&
      process.getuid?.() === 0 &&
      findProgram('cc') !== undefined &&
      allowsBpf(),
  },
  tracefs: {
    tests: "tracepoints compared with a real kernel's",
    install: 'run as root on a Linux that has tracefs and allows mounts',
    probe: () =>
      process.platform === 'linux' && process.arch === 'x64' && withTracefs('exit 0') !== undefined,
  },
} as const satisfies Record<string, ToolRow>;
export type Tool = keyof typeof TOOLS;

const known = new Map<Tool, boolean>();

/** Whether `tool` can be used here; probed once. */
export function hasTool(tool: Tool): boolean {
  let has = known.get(tool);
  if (has === undefined) {
    has = TOOLS[tool].probe();
    known.set(tool, has);
  }
  return has;
}

/** Whether a kernel of this release ('6.18.44') can be asked. */
function isKernelNewEnough(text: string): boolean {
  const [major = 0, minor = 0] = text.split('.').map((part) => Number.parseInt(part, 10));
  return major > KERNEL.major || (major === KERNEL.major && minor >= KERNEL.minor);
}

/** Path of a program on the PATH, or undefined. */
export function findProgram(name: string): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

/** What a shell script prints that runs in tracefs, which is mounted for it alone when it is not there; undefined where that cannot be. */
export function withTracefs(script: string): string | undefined {
  const mounted = '{ [ -d events ] || mount -t tracefs tracefs . ; }';
  const all = `cd /sys/kernel/tracing && ${mounted} && cd /sys/kernel/tracing && ${script}`;
  const { status, stdout } = spawnSync('unshare', ['--mount', 'sh', '-c', all], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 ? stdout : undefined;
}

/** Whether a program with such a beginning can be built. */
function builds(include: string, libs: readonly string[]): boolean {
  const input = `${include}\nint main(void) { return 0; }\n`;
  const args = ['-x', 'c', '-o', '/dev/null', '-', ...libs];
  return spawnSync('cc', args, { input, stdio: ['pipe', 'ignore', 'ignore'] }).status === 0;
}

function runs(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

/** Asks for a 4-byte array map through the C compiler's own view of bpf(2); nothing is left behind. */
function allowsBpf(): boolean {
  const source = [
    '#include <linux/bpf.h>',
    '#include <string.h>',
    '#include <sys/syscall.h>',
    '#include <unistd.h>',
    'int main(void) {',
    '  union bpf_attr a; memset(&a, 0, sizeof a);',
    '  a.map_type = BPF_MAP_TYPE_ARRAY; a.key_size = 4; a.value_size = 4; a.max_entries = 1;',
    '  return syscall(SYS_bpf, BPF_MAP_CREATE, &a, sizeof a) < 0;',
    '}',
  ].join('\n');
  const script = 'd=$(mktemp -d) && cc -x c -o "$d/probe" - && "$d/probe"; s=$?; rm -rf "$d"; exit $s';
  return spawnSync('sh', ['-c', script], { input: source, stdio: ['pipe', 'ignore', 'ignore'] }).status === 0;
}
