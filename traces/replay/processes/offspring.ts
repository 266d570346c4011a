// A process as its parent makes it: what it shares, and what it has a copy of.
import { CLONE } from './clone-flags.ts';
import { Process, type Birth } from './task.ts';

/** Whether a bit is among flags of clone. */
export function has(flags: bigint | undefined, flag: number): boolean {
  return flags !== undefined && (flags & BigInt(flag)) !== 0n;
}

/** The process of a child with the id `tid`. */
export function childProcess(tid: number, { parent, flags, exitSignal }: Birth): Process {
  const from = parent.process;
  const child = new Process(tid);
  const isShared = (flag: number): boolean => has(flags, flag);
  child.bornOf = isShared(CLONE.PARENT) ? from.parent?.process : from;
  child.threads = 1;
  child.files = isShared(CLONE.FILES) ? from.files : from.files.copy();
  child.fs = isShared(CLONE.FS) ? from.fs : from.fs.copy();
  child.actions = isShared(CLONE.SIGHAND) ? from.actions : new Map(from.actions);
  child.program = from.program;
  child.startedIn = from.startedIn;
  child.startedUnder = from.startedUnder;
  child.args = from.args;
  child.namespaces = { ...from.namespaces };
  for (const [flag, name] of CLONE.namespaces) if (isShared(flag)) delete child.namespaces[name];
  child.pgid = from.pgid;
  child.sid = from.sid;
  child.exitSignal = isShared(CLONE.PARENT) ? from.exitSignal : exitSignal;
  return child;
}
