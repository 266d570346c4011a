// execve, execveat: another program in the same process; exit: the thread's last word. prctl: names.
import { RECORD_FLAGS } from '../../../event.ts';
import type { Call } from '../call.ts';
import { bytesOf, isAbsolute, lastName } from '../path.ts';
import { remove } from '../ends.ts';
import { scriptInterpreter, type Interpreter } from '../script.ts';
import { actionOf, endTask } from '../signal-moments.ts';
import { ACTION, type Credentials, type Directory, type Task } from '../task.ts';
import type { World } from '../world.ts';
import type { Effects, Run } from './effect.ts';

/** Bytes of a thread's name in the kernel, without the NUL. */
const COMM_BYTES = 15;
const AT_FDCWD = -100;
const PR_SET_NAME = 15;
const PR_GET_NAME = 16;
const PR_SET_CHILD_SUBREAPER = 36;

/** What exec was told to run. `name`: as the kernel calls it; `path`: where it is, from `dir` on if that is relative; `comm`: what names the thread. */
interface Program {
  readonly name: Uint8Array | undefined;
  readonly path: Uint8Array | undefined;
  readonly dir?: Directory;
  readonly comm: Uint8Array | undefined;
}

const execve: Run = (task, call, world) => {
  const name = call.string(0);
  exec(task, call, world, { name, path: name, dir: task.process.fs.cwd, comm: nameIn(name) }, 1);
};

/**
 * Of a path that is relative to a descriptor the kernel makes one of /dev/fd. A descriptor alone names the thread as its file is called, since
 * Linux 6.14. @see fs/exec.c alloc_bprm, begin_new_exec
 */
const execveat: Run = (task, call, world) => {
  const given = call.string(1);
  const fd = call.int(0);
  if (given === undefined || fd === AT_FDCWD || isAbsolute(given)) {
    const comm = nameIn(given);
    exec(task, call, world, { name: given, path: given, dir: task.process.fs.cwd, comm }, 2);
  } else if (given.length === 0) {
    const path = task.process.files.get(fd)?.file.path;
    const comm = path === undefined ? undefined : lastName(path);
    exec(task, call, world, { name: bytesOf(`/dev/fd/${fd}`), path, comm }, 2);
  } else {
    const name = Uint8Array.of(...bytesOf(`/dev/fd/${fd}/`), ...given);
    exec(task, call, world, { name, path: world.path(task.process, 1, 0), comm: lastName(given) }, 2);
  }
};

/** All other threads end; a thread that is not the first takes its place. Then the event, under the new name. */
function exec(task: Task, call: Call, world: World, program: Program, argv: number): void {
  const { name, path, dir, comm } = program;
  const { process } = task;
  const oldTid = task.tid;
  takePlace(task, world);
  const script = path === undefined || !world.isFull ? undefined : scriptInterpreter(call, path);
  const isUnknown = script === 'cut';
  const interpreter = isUnknown ? undefined : script;
  process.threads = 1;
  process.program = isUnknown ? undefined : (interpreter?.path ?? path);
  process.startedIn = dir;
  process.startedUnder = process.fs.root;
  process.args = isUnknown ? undefined : argsOf(call.list(argv), name, interpreter);
  process.files = process.files.execed();
  process.actions = actionsAfterExec(world, task);
  task.ids = idsAfterExec(task.ids);
  rename(task, world, comm);
  world.emit('sched_process_exec', task, {
    filename: name ?? new Uint8Array(0),
    interp: interpreter?.path,
    oldTid,
  });
}

function takePlace(task: Task, world: World): void {
  const { process } = task;
  for (const other of process.tasks.filter((one) => one !== task)) {
    endTask(world, other, 0);
    remove(world, other);
  }
  if (task.tid === process.tgid) return;
  const { tasks } = world.state;
  task.startNs = process.leader.startNs;
  tasks.delete(task.tid);
  task.tid = process.tgid;
  tasks.set(task.tid, task);
  process.leader = task;
}

function nameIn(path: Uint8Array | undefined): Uint8Array | undefined {
  return path === undefined ? undefined : lastName(path);
}

/** Records that go on with the name of before are behind the time (strace -Y after some execs): its id stays, so that it is not taken again. */
function rename(task: Task, world: World, name: Uint8Array | undefined): void {
  const comm = name?.subarray(0, COMM_BYTES);
  if (comm !== undefined) world.emit('task_rename', task.asNow(), { comm });
  task.comm = comm;
}

/** The arguments of the program that runs: of a script the interpreter gets its own, and the script in place of the first. */
function argsOf(
  argv: readonly Uint8Array[] | undefined,
  name: Uint8Array | undefined,
  interpreter: Interpreter | undefined,
): readonly Uint8Array[] | undefined {
  if (interpreter === undefined || argv === undefined) return argv;
  if (name === undefined) return undefined;
  const { path, arg } = interpreter;
  return [path, ...(arg === undefined ? [] : [arg]), name, ...argv.slice(1)];
}

/** What was ignored still is; handlers are gone. */
function actionsAfterExec(world: World, task: Task): Map<number, number> {
  const actions = new Map<number, number>();
  for (const signal of task.process.actions.keys()) {
    const isIgnored = actionOf(world, task, signal).handler === 1n;
    actions.set(signal, isIgnored ? ACTION.ignore : ACTION.default);
  }
  return actions;
}

/** The saved ids become the effective ones. Bits of setuid do nothing for a program that is traced by one who has not the right. */
function idsAfterExec(ids: Credentials): Credentials {
  const { euid, egid } = ids;
  if (ids.suid === euid && ids.fsuid === euid && ids.sgid === egid && ids.fsgid === egid) return ids;
  return { ...ids, suid: euid, fsuid: euid, sgid: egid, fsgid: egid };
}

/** It ends when the recorder says so; where the recorder does not, soon after. */
const exit =
  (group: boolean): Run =>
  (task, call, world) => {
    task.exiting = true;
    if ((call.flags & RECORD_FLAGS.noReturn) === 0 || world.endsAreTold(task.tid)) return;
    world.state.leaving.push({ task, exitCode: (call.int(0) & 0xff) << 8, group });
  };

const prctl: Run = (task, call, world) => {
  const option = call.int(0);
  if (option === PR_SET_NAME || option === PR_GET_NAME) {
    const name = call.prefix(1, COMM_BYTES);
    if (option === PR_SET_NAME) rename(task, world, name);
    else if (name !== undefined) task.comm = name.subarray(0, COMM_BYTES);
  } else if (option === PR_SET_CHILD_SUBREAPER) {
    task.process.subreaper = call.int(1) !== 0;
    world.state.hasSubreaper ||= task.process.subreaper;
  }
};

export const EXECS = {
  execve: { done: execve },
  execveat: { done: execveat },
  exit: { enter: exit(false) },
  exit_group: { enter: exit(true) },
  prctl: { done: prctl },
} as const satisfies Effects;
