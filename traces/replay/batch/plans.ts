// What runs at which calls of a recording, and what is to be looked at because of it: by index of the system call, one more for calls of none.
import type { EventBatch } from '../../../vm/index.ts';
import { ARCHS } from '../../event.ts';
import type { Recording } from '../../recording.ts';
import { MATTERS } from '../processes.ts';

/** Bits of `Plans.wanted`: MATTERS, and whether programs run at the enter or the exit. */
export const WANTED = { ...MATTERS, enterRow: 8, exitRow: 16 } as const satisfies Record<string, number>;

/** Columns by call. */
export interface Plans {
  /** How many system calls the recording names; the index of calls of none. */
  readonly calls: number;
  readonly nr: Int32Array;
  readonly audit: Uint32Array;
  /** Numbers of `EventBatch.plan`. */
  readonly enter: Int32Array;
  readonly exit: Int32Array;
  /** WANTED. */
  readonly wanted: Uint8Array;
}

/** Asks a batch for all calls of a recording. `matters`: see Identities. */
export function plansOf({ syscalls }: Recording, batch: EventBatch, matters: Uint8Array): Plans {
  const calls = syscalls.length;
  const all = [...syscalls, { arch: 'x86_64', nr: -1 } as const].map(({ arch, nr }) => ({
    nr,
    audit: ARCHS[arch].audit,
  }));
  const enter = Int32Array.from(all, ({ nr, audit }) => batch.plan('enter', audit, nr));
  const exit = Int32Array.from(all, ({ nr, audit }) => batch.plan('exit', audit, nr));
  return {
    calls,
    nr: Int32Array.from(all, ({ nr }) => nr),
    audit: Uint32Array.from(all, ({ audit }) => audit),
    enter,
    exit,
    wanted: matters.map(
      (bits, call) =>
        bits | (enter[call] === 0 ? 0 : WANTED.enterRow) | (exit[call] === 0 ? 0 : WANTED.exitRow),
    ),
  };
}
