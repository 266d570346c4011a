// Insns that are no program of any type, over a memory of their own: what RFC 9669 says, without the rules that Linux adds to it.
import { checkProg } from '../check/check.ts';
import type { CheckCode } from '../check/messages.ts';
import { ERRNO } from '../errno.ts';
import type { RunEvent } from '../interp/host.ts';
import { prepareCode } from '../interp/code.ts';
import { LoadError } from '../load-error.ts';
import type { LinearMemory } from '../memory/linear.ts';
import { plainRegion } from '../memory/regions.ts';
import { COUNTERS_BYTES, type KernelProg } from './prog.ts';

/** What Linux refuses and RFC 9669 gives a meaning to. */
const LINUX_ONLY: ReadonlySet<CheckCode> = new Set<CheckCode>([
  'div-zero',
  'shift',
  'unreachable',
  'stack-align',
  'stack-read',
  'stack-write',
  'call-register',
]);
const NAME = 'insns';

/** A program and what its run begins with; `free` gives back its place in memory. */
export interface BareRun {
  readonly prog: KernelProg;
  readonly event: RunEvent;
  /** The memory as it is now, a copy. */
  bytes(): Uint8Array;
  free(): void;
}

/**
 * Lays insns and their memory out: r1 will be the address of the memory (0 when it is empty), r2 its length in bytes. Throws LoadError for what is
 * no insn, a jump that leaves the program, a helper or map that is not there.
 */
export function prepareBareRun(memory: LinearMemory, insns: Uint8Array, bytes: Uint8Array): BareRun {
  const finding = checkProg(insns, { relocs: [], maps: [], strict: true, allowed: LINUX_ONLY })[0];
  if (finding !== undefined) {
    const { message, why, errno, pc } = finding;
    throw new LoadError('structure', NAME, `${message} (${why})`, { errno: -errno, pc });
  }
  const countersAt = memory.alloc(COUNTERS_BYTES);
  const at = countersAt === 0 ? 0 : memory.alloc(bytes.length);
  if (at === 0) {
    if (countersAt !== 0) memory.free(countersAt, COUNTERS_BYTES);
    const reason = `no room for a memory of ${bytes.length} bytes`;
    throw new LoadError('memory', NAME, reason, { errno: -ERRNO.ENOMEM });
  }
  memory.u8.set(bytes, at);
  const region = plainRegion('the memory', at, bytes.length, true);
  return {
    prog: {
      id: 0,
      name: NAME,
      type: 'unspec',
      expectedAttachType: 0,
      flags: 0,
      code: prepareCode(insns, new Map()),
      usedMaps: [],
      objects: [],
      ctxBytes: 0,
      countersAt,
    },
    event: { ctxAt: bytes.length === 0 ? 0 : at, length: bytes.length, regions: [region], kernelRegions: [] },
    bytes: () => memory.u8.slice(at, at + bytes.length),
    free: () => {
      memory.free(at, bytes.length);
      memory.free(countersAt, COUNTERS_BYTES);
    },
  };
}
