// Hooks at functions: those that a section names, one or all that match, and where in a call each of them is.
import { didYouMean } from '../asm/suggest.ts';
import { callFunction, NATIVE_ABIS, prefixesOf } from './function-names.ts';
import {
  functionNamed,
  functionNames,
  functionOfCall,
  innerSince,
  lacks,
  renamedFunction,
  SECCOMP_DEPTH,
  type ArgSource,
  type HookWorld,
  type TracedFunction,
} from './functions.ts';
import { functionCtx, kprobeCtx, kretprobeCtx, type HookCtx } from './hook-fills.ts';
import type { HookSection, ParsedSection } from './hook-sections.ts';
import { RANKS } from './hook-ranks.ts';
import type { CallPlace, Places } from './hooks.ts';

const NO_CALLS = 'the machine was told of no system calls';
const NEVER = 'a recording of system calls does not come to this function';

/** Places of a section that names a function. */
export function functionPlaces({ row, target }: ParsedSection, world: HookWorld): Places {
  if (row.pattern === true) return patternPlaces(row, target, world);
  if (target.includes('+')) {
    return { idle: 'a recording does not come to places inside of a function' };
  }
  const traced = functionNamed(target, world);
  if (traced !== undefined) return { places: placesIn(row, traced) };
  return missing(target, world);
}

/** Places of a section that names a system call. */
export function callPlaces(row: HookSection, call: string, world: HookWorld): Places {
  const traced = functionOfCall(call, world);
  if (traced !== undefined) return { places: placesIn(row, traced) };
  const other = world.syscalls.renamed(call, NATIVE_ABIS);
  const hint =
    other === undefined ? nearest(call, world.syscalls.names(NATIVE_ABIS)) : `; the kernel calls it ${other}`;
  return { refused: `there is no system call ${call}${hint}` };
}

/** Why a function has no places: the kernel does not have it, or recordings never come to it. */
function missing(name: string, world: HookWorld): Places {
  const { kernel } = world;
  const other = renamedFunction(name, world);
  if (other !== undefined) {
    return { refused: `${kernel.name} has no function ${name}; the kernel calls it ${other}` };
  }
  const since = innerSince(name);
  if (since !== undefined) {
    const why = kernel.version < since ? `it came with ${releaseOf(since)}` : NO_CALLS;
    return { refused: `${kernel.name} has no function ${name}: ${why}` };
  }
  const names = functionNames(world);
  if (callFunction(name) !== undefined) {
    const forms = prefixesOf(kernel.abi).map((prefix) => `${prefix}NAME`);
    return {
      refused: `${kernel.name} has no function ${name}${nearest(name, names)}; of calls there are ${forms.join(', ')}`,
    };
  }
  if (lacks(name, world)) return { refused: `${kernel.name} has no function ${name}${nearest(name, names)}` };
  return { idle: `${NEVER}${likeOnes(name, names)}` };
}

function patternPlaces(row: HookSection, pattern: string, world: HookWorld): Places {
  const matches = new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );
  const names = functionNames(world).filter((name) => matches.test(name));
  const places = names.flatMap((name) => placesIn(row, functionNamed(name, world)!)); // the names are those it knows
  if (places.length > 0) return { places };
  return /[*?]/.test(pattern)
    ? { idle: `no function that a recording comes to matches ${pattern}` }
    : missing(pattern, world);
}

/** The places of a function: one for each way in which calls come to it. */
function placesIn(row: HookSection, traced: TracedFunction): CallPlace[] {
  if (row.when !== 'both') return placesAt(row, row.when ?? 'enter', traced);
  return [...placesAt(row, 'enter', traced), ...placesAt(row, 'exit', traced)];
}

function placesAt(
  { progTypes }: HookSection,
  when: 'enter' | 'exit' | 'modify',
  { name, depth, calls }: TracedFunction,
): CallPlace[] {
  const isProbe = progTypes.includes('kprobe');
  const isExit = when === 'exit';
  const order = when === 'modify' ? 2 : isProbe === isExit ? 1 : 0;
  const overrides = when === 'modify' ? { overrides: true as const } : {};
  return calls.map(({ keys, args, only }) => {
    const ctx = isProbe ? probeCtx(name, args, isExit, depth) : tracingCtx(name, args, when, depth);
    return { ...ctx, name, ...placeIn(depth, isExit, order), calls: keys, only, ...overrides };
  });
}

/** Where in a call: the seccomp filter has returned before the tracepoint of the enter. */
function placeIn(depth: number, isExit: boolean, order: number): Pick<CallPlace, 'at' | 'rank'> {
  if (depth === SECCOMP_DEPTH) {
    return { at: 'enter', rank: (isExit ? RANKS.enter.seccompReturn : RANKS.enter.seccomp) + order };
  }
  const at = isExit ? 'exit' : 'enter';
  return { at, rank: RANKS[at].function + 3 * (isExit ? RANKS.maxDepth - depth : depth) + order };
}

function probeCtx(
  name: string,
  args: 'regs' | readonly ArgSource[],
  isExit: boolean,
  depth: number,
): HookCtx {
  if (!isExit) return kprobeCtx(name, args);
  return kretprobeCtx(name, depth === SECCOMP_DEPTH ? 'zero' : 'ret');
}

function tracingCtx(
  name: string,
  args: 'regs' | readonly ArgSource[],
  when: 'enter' | 'exit' | 'modify',
  depth: number,
): HookCtx {
  if (when === 'enter') return functionCtx(name, args, 'none');
  return functionCtx(name, args, when === 'modify' || depth === SECCOMP_DEPTH ? 'zero' : 'ret');
}

/** A LINUX_VERSION_CODE as people write it. */
function releaseOf(version: number): string {
  return `${version >> 16}.${(version >> 8) & 0xff}`;
}

/** The nearest name that recordings come to: there may well be a function of the other name. */
export function likeOnes(name: string, candidates: readonly string[]): string {
  const [, near] = /^did you mean (.*)\?$/.exec(didYouMean(name, candidates)) ?? [];
  return near === undefined ? '' : ` (of names like it, to ${near})`;
}

/** The nearest name, for who mistyped one. */
function nearest(name: string, candidates: readonly string[]): string {
  if (candidates.length < 2) return `: ${NO_CALLS}`;
  const hint = didYouMean(name, candidates);
  return hint === '' ? '' : ` (${hint})`;
}
