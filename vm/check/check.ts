// The structural check: refuses what cannot run, in the kernel's order and words. It looks at insns one by one and at where control
// can go; it does not follow values. So reads of unset registers, bad pointers and endless loops pass: those stop at run time. And
// an insn behind a branch that is never taken is checked like any other, where the kernel would leave it out.
import { isImplemented } from '../helpers/run.ts';
import { KFUNCS } from '../helpers/kfuncs.ts';
import { HELPERS, type HelperName } from '../helpers/table.ts';
import { SLOT_BYTES } from '../isa/opcodes.ts';
import type { MapReloc, MapSpec } from '../object.ts';
import { checkFlow, checkSubprogs } from './flow.ts';
import { checkInsns } from './insns.ts';
import { checkError, LIMIT_INSNS, type CheckCode, type CheckError } from './messages.ts';
import { checkOperands } from './resolve.ts';

export interface CheckOptions {
  /** Program type, the kernel's name in lower case; absent: what depends on it is not looked at. */
  readonly type?: string;
  /** Numbers of the helpers that can be called; default: those that Tailscope runs. */
  readonly helpers?: ReadonlySet<number>;
  /** Ids of the kernel functions that can be called; default: those that Tailscope runs. */
  readonly kfuncs?: ReadonlySet<number>;
  /** Demands 0 where RFC 9669 does and Linux does not look; default false. */
  readonly strict?: boolean;
  /** Findings that do not count; default: all do. */
  readonly allowed?: ReadonlySet<CheckCode>;
  /** How many fds stand in fd_array; absent: there is none, and maps cannot be named by their position in it. */
  readonly fds?: number;
  /** Which map each wide insn names, and the maps there are. Both absent: maps are not looked at. */
  readonly relocs?: readonly MapReloc[];
  readonly maps?: readonly MapSpec[];
}

const IMPLEMENTED: ReadonlySet<number> = new Set(
  (Object.keys(HELPERS) as HelperName[]).filter(isImplemented).map((name) => HELPERS[name].id), // keys of the table
);

const KFUNC_IDS: ReadonlySet<number> = new Set(Object.values(KFUNCS).map(({ id }) => id));

/**
 * Checks a program. Empty when it may run; otherwise all that the first failing phase found, by pc: the first entry is what the kernel
 * would say. `insns` are 8 bytes each, little endian.
 */
export function checkProg(insns: Uint8Array, options: CheckOptions = {}): readonly CheckError[] {
  const size = checkSize(insns);
  if (size.length > 0) return size;
  const phases = [
    () => checkSubprogs(insns, options.kfuncs ?? KFUNC_IDS),
    () => checkOperands(insns, options.relocs, options.maps, options.fds),
    () => checkFlow(insns),
    () => checkInsns(insns, options.helpers ?? IMPLEMENTED, options.type, options.strict === true),
  ];
  for (const phase of phases) {
    const found = phase().filter(({ code }) => options.allowed?.has(code) !== true);
    if (found.length > 0) return found;
  }
  return [];
}

/** Bytes of a program: whole slots, not too few and not too many. */
export function checkSize(insns: Uint8Array): CheckError[] {
  if (insns.length % SLOT_BYTES !== 0) return [checkError(0, 'ragged', insns.length)];
  const count = insns.length / SLOT_BYTES;
  return count === 0 || count > LIMIT_INSNS ? [checkError(0, 'prog-size', count)] : [];
}
