// Who a task is: user and group ids, process groups and sessions, and who its parent is. @see kernel/sys.c
import type { CredId } from '../../../../vm/index.ts';
import type { Call } from '../call.ts';
import type { Credentials } from '../task.ts';
import type { Effect, Effects, Run } from './effect.ts';

/** The four ids of users, and the four of groups, in one order. */
const KINDS = {
  uid: { real: 'uid', effective: 'euid', saved: 'suid', files: 'fsuid' },
  gid: { real: 'gid', effective: 'egid', saved: 'sgid', files: 'fsgid' },
} as const satisfies Record<string, Record<string, CredId>>;
type Kind = (typeof KINDS)[keyof typeof KINDS];

/** Argument of setres*id for an id that stays. */
const SAME = -1;

/** The call returned an id: all who share it know it now. */
const tells =
  (id: CredId): Run =>
  ({ ids }, call) => {
    ids[id] = call.ret;
  };

/** The call has made other ids: who shared the old ones keeps those. */
const makes =
  (change: (ids: Readonly<Credentials>, call: Call) => Credentials): Run =>
  (task, call) => {
    task.ids = { ...task.ids, ...change(task.ids, call) };
  };

/** With the right to, which root has, all ids change; without, the effective one. */
const set = ({ real, effective, saved, files }: Kind): Run =>
  makes(({ euid, [real]: oldReal, [saved]: oldSaved }, call) => {
    const id = call.int(0);
    const others = euid === 0 ? id : undefined;
    return {
      [effective]: id,
      [files]: id,
      [real]: others ?? (euid === undefined && oldReal !== id ? undefined : oldReal),
      [saved]: others ?? (euid === undefined && oldSaved !== id ? undefined : oldSaved),
    };
  });

const setre = ({ real, effective, saved, files }: Kind): Run =>
  makes((old, call) => {
    const [newReal, newEffective] = [call.int(0), call.int(1)];
    const next = newEffective === SAME ? old[effective] : newEffective;
    const isSaved = newReal !== SAME || (newEffective !== SAME && newEffective !== old[real]);
    return {
      [real]: newReal === SAME ? old[real] : newReal,
      [effective]: next,
      [saved]: isSaved ? next : old[saved],
      [files]: next,
    };
  });

const setres = ({ real, effective, saved, files }: Kind): Run =>
  makes((old, call) => {
    const given = (arg: number, id: CredId): number | undefined =>
      call.int(arg) === SAME ? old[id] : call.int(arg);
    const next = given(1, effective);
    return { [real]: given(0, real), [effective]: next, [saved]: given(2, saved), [files]: next };
  });

/** `[1000], [1000], [1000]` */
const getres =
  ({ real, effective, saved }: Kind): Run =>
  ({ ids }, call) => {
    for (const [arg, id] of [real, effective, saved].entries()) {
      const printed = /^\[(\d+)\]$/.exec(call.text(arg))?.[1];
      if (printed !== undefined) ids[id] = Number(printed);
    }
  };

/** It returns the old id, and says nothing of whether it did anything: a second call does. */
const setfs = ({ files }: Kind): Run =>
  makes(({ euid }, call) => ({
    [files]: call.int(0) === SAME ? call.ret : euid === 0 ? call.int(0) : undefined,
  }));

/** The calls of 32-bit ids have other names on i386. */
function alsoFor32(effects: Readonly<Record<string, Effect>>): Effects {
  return Object.fromEntries(
    Object.entries(effects).flatMap(([name, effect]) => [
      [name, effect],
      [`${name}32`, effect],
    ]),
  );
}

const getppid: Run = ({ process }, call, world) => {
  if (process.parent === undefined && call.ret > 0) process.bornOf = world.processOf(call.ret);
};

const setpgid: Run = ({ process }, call, world) => {
  const pid = call.int(0) === 0 ? process.tgid : call.int(0);
  const other = world.state.processes.get(pid);
  if (other !== undefined) other.pgid = call.int(1) === 0 ? pid : call.int(1);
};

const setsid: Run = ({ process }) => {
  process.pgid = process.tgid;
  process.sid = process.tgid;
};

const ownGroup: Run = ({ process }, call) => {
  process.pgid = call.ret;
};

const group: Run = ({ process }, call, world) => {
  const other = call.int(0) === 0 ? process : world.state.processes.get(call.int(0));
  if (other !== undefined) other.pgid = call.ret;
};

const session: Run = ({ process }, call, world) => {
  const other = call.int(0) === 0 ? process : world.state.processes.get(call.int(0));
  if (other !== undefined) other.sid = call.ret;
};

export const IDS: Effects = {
  ...alsoFor32({
    getuid: { done: tells('uid') },
    geteuid: { done: tells('euid') },
    getgid: { done: tells('gid') },
    getegid: { done: tells('egid') },
    setuid: { done: set(KINDS.uid) },
    setgid: { done: set(KINDS.gid) },
    setreuid: { done: setre(KINDS.uid) },
    setregid: { done: setre(KINDS.gid) },
    setresuid: { done: setres(KINDS.uid) },
    setresgid: { done: setres(KINDS.gid) },
    getresuid: { done: getres(KINDS.uid) },
    getresgid: { done: getres(KINDS.gid) },
    setfsuid: { done: setfs(KINDS.uid) },
    setfsgid: { done: setfs(KINDS.gid) },
  }),
  getppid: { done: getppid },
  setpgid: { done: setpgid },
  setsid: { done: setsid },
  getpgrp: { done: ownGroup },
  getpgid: { done: group },
  getsid: { done: session },
};
