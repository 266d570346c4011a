// Sockets: what they are, what they are called, and descriptors that come through them.
import type { SocketFacts } from '../../../../vm/index.ts';
import type { Call } from '../call.ts';
import { listedDescriptors } from '../descriptor-list.ts';
import { OpenFile } from '../open-file.ts';
import type { Task } from '../task.ts';
import type { World } from '../world.ts';
import type { Effects, Run } from './effect.ts';
import { EINPROGRESS } from './errnos.ts';

const O_RDWR = 2;
const SOCK = { kind: 0xf, nonblock: 0x800, cloexec: 0x80000 } as const;
const MSG_CMSG_CLOEXEC = 0x40000000;

function socketFile(type: number, socket: SocketFacts): OpenFile {
  return new OpenFile().learn({ type: 'socket', flags: O_RDWR | (type & SOCK.nonblock), socket });
}

function factsOf(call: Call): SocketFacts {
  const type = call.known(1);
  return {
    family: call.known(0),
    type: type === undefined ? undefined : type & SOCK.kind,
    protocol: call.known(2),
  };
}

const socket: Run = ({ process }, call, world) => {
  const type = call.int(1);
  world.opened(process.files, call.ret, socketFile(type, factsOf(call)), (type & SOCK.cloexec) !== 0);
};

const socketpair: Run = ({ process: { files } }, call, world) => {
  const type = call.int(1);
  for (const { fd, note } of listedDescriptors(call.text(3))) {
    files.add(fd, socketFile(type, factsOf(call)), (type & SOCK.cloexec) !== 0);
    world.tellText(files, fd, note);
  }
};

/** The new socket is of the kind of the one that listens. */
const accept =
  (flagsArg: number | undefined): Run =>
  ({ process: { files } }, call, world) => {
    const { family, type, protocol } = files.get(call.int(0))?.file.socket ?? {};
    const flags = flagsArg === undefined ? 0 : call.int(flagsArg);
    const facts = { family, type, protocol, remote: call.struct(1) };
    world.opened(files, call.ret, socketFile(flags, facts), (flags & SOCK.cloexec) !== 0);
  };

/** The address behind argument 1 is that of one side. */
const names =
  (side: 'local' | 'remote'): Run =>
  (task, call) =>
    setName(task, call, side);

function setName({ process: { files } }: Task, call: Call, side: 'local' | 'remote'): void {
  const address = call.struct(1);
  const file = files.file(call.int(0));
  file.type ??= 'socket';
  file.socket = { ...file.socket, [side]: address };
}

/** A connect that has begun names the other side as well. */
const connecting: Run = (task, call) => {
  if (call.errno === EINPROGRESS) setName(task, call, 'remote');
};

/** `cmsg_type=SCM_RIGHTS, cmsg_data=[4, 5]`: files of another process; which ones only the recorder can say. */
const recvmsg = (task: Task, call: Call, world: World, cloexec: boolean): void => {
  const { files } = task.process;
  for (const part of call
    .text(1)
    .split(/cmsg_type=(?:SCM_RIGHTS|0x1), cmsg_data=/)
    .slice(1)) {
    for (const { fd, note } of listedDescriptors(part)) {
      files.add(fd, new OpenFile(), cloexec);
      world.tellText(files, fd, note);
    }
  }
};

export const SOCKETS = {
  socket: { done: socket },
  socketpair: { done: socketpair },
  accept: { done: accept(undefined) },
  accept4: { done: accept(3) },
  bind: { done: names('local') },
  connect: { done: names('remote'), failed: connecting },
  getsockname: { done: names('local') },
  getpeername: { done: names('remote') },
  recvmsg: {
    done: (task, call, world) => {
      if (call.note(1) !== 0) recvmsg(task, call, world, (call.int(2) & MSG_CMSG_CLOEXEC) !== 0);
    },
  },
} as const satisfies Effects;
