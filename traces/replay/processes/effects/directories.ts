// Where a process is: working directory, root, umask, and what the links of /proc tell.
import type { NamespaceName } from '../../../../vm/index.ts';
import type { Call } from '../call.ts';
import { absolutePath, latin1, movedPath } from '../path.ts';
import type { Process, Task } from '../task.ts';
import type { World } from '../world.ts';
import type { Effects, Run } from './effect.ts';

const AT_FDCWD = -100;
const RENAME_EXCHANGE = 2;
const PROC = 0x2f70726f; // '/pro'

const chdir: Run = ({ process }, _call, world) => {
  process.fs.cwd = { path: world.path(process, 0, -1) };
};

const fchdir: Run = ({ process }, call) => {
  process.fs.cwd = { path: process.files.file(call.int(0)).path };
};

/** The kernel says '(unreachable)' of a directory outside of the root. */
const getcwd: Run = ({ process: { fs } }, call) => {
  const cwd = call.string(0);
  const path = cwd === undefined ? undefined : absolutePath(cwd, undefined, fs.root);
  if (path === undefined) return;
  if (fs.cwd.path === undefined) fs.cwd.path = path;
  else fs.cwd = { path };
};

const chroot: Run = ({ process }, _call, world) => {
  const root = world.path(process, 0, -1);
  process.fs.root = root?.length === 1 ? undefined : root;
  if (root === undefined) process.fs.cwd = { path: undefined };
};

/** Paths mean something else from now on. */
const pivotRoot: Run = ({ process }) => {
  process.fs.cwd = { path: undefined };
  process.fs.root = undefined;
};

const umask: Run = ({ process }, call) => {
  process.fs.umask = call.known(0) === undefined ? undefined : call.int(0) & 0o777;
};

/** Open files and directories keep what they are and get another name. `flagsArg`: the argument that may say that two change places. */
const rename =
  (from: number, fromDir: number, to: number, toDir: number, flagsArg?: number): Run =>
  ({ process }, call, world) => {
    const [old, path] = [world.path(process, from, fromDir), world.path(process, to, toDir)];
    if (old === undefined || path === undefined) return;
    const isExchange = flagsArg !== undefined && (call.int(flagsArg) & RENAME_EXCHANGE) !== 0;
    world.renamed((name) => {
      const moved = movedPath(name, old, path);
      return moved === name && isExchange ? movedPath(name, path, old) : moved;
    });
  };

const readlink: Run = (task, call, world) => readProc(task, call, world, 0, -1);

const readlinkat: Run = (task, call, world) => readProc(task, call, world, 1, 0);

function readProc({ process }: Task, call: Call, world: World, arg: number, dirfd: number): void {
  const path = call.string(arg);
  if (
    path === undefined ||
    !startsWithPro(path) ||
    (dirfd >= 0 && call.int(dirfd) !== AT_FDCWD && path[0] !== 0x2f)
  )
    return;
  const link = /^\/proc\/(self|thread-self|\d+)\/(exe|cwd|ns\/\w+|fd\/\d+)$/.exec(latin1(path));
  const target = call.string(arg + 1);
  if (link === null || target === undefined || target.length !== call.ret) return;
  const pid = Number(link[1]);
  const owner = Number.isNaN(pid) ? process : world.state.processes.get(pid);
  if (owner !== undefined) learnLink(owner, link[2]!, target, process.fs.root, world);
}

/** `root`: what '/' is for the one who read the link. */
function learnLink(
  process: Process,
  name: string,
  target: Uint8Array,
  root: Uint8Array | undefined,
  world: World,
): void {
  const [folder, last] = name.split('/');
  if (folder === 'exe') {
    process.program = absolutePath(target, undefined, root);
    process.startedUnder = undefined;
  } else if (folder === 'cwd') process.fs.cwd = { path: absolutePath(target, undefined, root) };
  else if (folder === 'fd') world.tellText(process.files, Number(last), latin1(target));
  else {
    const inode = /^\w+:\[(\d+)\]$/.exec(latin1(target))?.[1];
    const kind = NAMESPACE_LINKS[last!];
    if (inode !== undefined && kind !== undefined) process.namespaces[kind] = Number(inode);
  }
}

/** Links in /proc/PID/ns. Those of children to come (`pid_for_children`) are none of the process. */
const NAMESPACE_LINKS: Readonly<Record<string, NamespaceName>> = {
  cgroup: 'cgroup',
  ipc: 'ipc',
  mnt: 'mnt',
  net: 'net',
  pid: 'pid',
  time: 'time',
  user: 'user',
  uts: 'uts',
};

function startsWithPro(path: Uint8Array): boolean {
  return ((path[0]! << 24) | (path[1]! << 16) | (path[2]! << 8) | path[3]!) === PROC;
}

export const DIRECTORIES = {
  chdir: { done: chdir },
  fchdir: { done: fchdir },
  getcwd: { done: getcwd },
  chroot: { done: chroot },
  pivot_root: { done: pivotRoot },
  umask: { done: umask },
  rename: { done: rename(0, -1, 1, -1) },
  renameat: { done: rename(1, 0, 3, 2) },
  renameat2: { done: rename(1, 0, 3, 2, 4) },
  readlink: { done: readlink },
  readlinkat: { done: readlinkat },
} as const satisfies Effects;
