// Programs put to our verifier and to that of this machine's kernel: verdict, errno, and the log with its statistics. Ask hasTool('kernel') first.
import { readFileSync } from 'node:fs';
import { kernelTypes } from '../../vm/btf/kernel-types.ts';
import type { MapSpec, ObjectSpec, ProgSpec } from '../../vm/object.ts';
import { inputOf } from '../../vm/verifier/input-of.ts';
import type { VerifyInput, VerifyOptions } from '../../vm/verifier/input.ts';
import { printLog } from '../../vm/verifier/print.ts';
import { verify } from '../../vm/verifier/walk/verify.ts';
import { TEST_STATE_FREQ } from './border-programs.ts';
import { logDifference } from './log-difference.ts';
import { funcStarts, mapLine, progLines } from './oracle-lines.ts';
import { askKernel, type OracleAnswer } from './oracle.ts';
import { vmlinux } from './vmlinux.ts';

/** What the two say of a program. An errno of 0: it is accepted. */
export interface TwoVerdicts {
  readonly ours: number;
  readonly kernels: number;
  /** Where verdict, errno or log part; undefined: nowhere. */
  readonly difference: string | undefined;
  /** We refuse it because we do not take over a mistake of Linux. */
  readonly isGap: boolean;
}

/** The log did not fit. @see include/uapi/asm-generic/errno-base.h ENOSPC */
const ENOSPC = 28;
/** Of longer walks only the statistics are compared. */
const LOGGED_INSNS = 20_000;

/** Asks both about the first program of each object, with so much of a log. */
export function askBoth(objects: readonly ObjectSpec[], logLevel: 1 | 2): TwoVerdicts[] {
  const answers = askKernel(['nodump', ...specLines(objects, logLevel)].join('\n'));
  const loads = answers.filter(({ op }) => op === 'prog');
  return objects.map((object, i) => compare(object, loads[i]!, logLevel));
}

/** Programs of one kind that use the same maps share them. */
function specLines(objects: readonly ObjectSpec[], logLevel: 1 | 2): string[] {
  let count = 0;
  const known = new Map<string, number>();
  return objects.flatMap((object, i) => {
    const { maps, license } = object;
    const prog = object.progs[0]!;
    const key = [prog.type, prog.attachType, prog.flags, ...maps.map((map) => mapLine(map, ''))].join('\n');
    const isNew = !known.has(key) || maps.some(({ frozen }) => frozen === true);
    if (isNew) known.set(key, count);
    const load = progLines(object, prog, `p${i}`, known.get(key)!).map((line) =>
      line.replace(' log=0 ', ` log=${logLevel} license=${license} `),
    );
    const made = isNew ? maps.flatMap((map) => mapLines(map, `p${i}_`)) : [];
    count += isNew ? maps.length : 0;
    return [...made, ...load, `closeprog p${i}`];
  });
}

/** The lines that make a map, fill it and freeze it. */
function mapLines(map: MapSpec, tag: string): string[] {
  const { name, data, frozen } = map;
  const filled =
    data === undefined ? [] : [`set ${tag}${name} 00000000 ${Buffer.from(data).toString('hex')}`];
  return [mapLine(map, tag), ...filled, ...(frozen === true ? [`freeze ${tag}${name}`] : [])];
}

function compare(object: ObjectSpec, { errno = 0, log = '' }: OracleAnswer, logLevel: 1 | 2): TwoVerdicts {
  const input = inputFor(object);
  const options = optionsFor(input);
  const brief = verify(input, options);
  const isLong = brief.stats.insns > LOGGED_INSNS;
  const verdict = isLong ? brief : verify(input, { ...options, logLevel });
  const ours = verdict.refusal?.errno ?? 0;
  const ourLog = printLog(input, verdict);
  const kernelLog = log.split('\n');
  const [ourLine, kernelLine] = [verdict.refusal?.message ?? '', lastLine(kernelLog)];
  const isSame = ours === errno || (errno === ENOSPC && kernelLine.endsWith(ourLine));
  return {
    ours,
    kernels: errno,
    difference: isSame
      ? logDifference(ourLog, isLong ? kernelLog.filter(isStatistics) : kernelLog)
      : `ours: ${ours} ${ourLine}\nkernel: ${errno} ${kernelLine}`,
    isGap: ours !== 0 && errno === 0 && isStricter(input, options),
  };
}

/** The program as the kernel is shown it: with its types, and functions that are all alike. */
function inputFor(object: ObjectSpec): VerifyInput {
  const prog = object.progs[0]!;
  const starts = funcStarts(prog.insns);
  const funcs =
    starts.length === 1 ? [] : starts.map((pc) => ({ pc, name: 'f', linkage: 'static' }) as const);
  const own: ProgSpec = { ...prog, funcs };
  return { ...inputOf(object, own, vmlinux() ?? kernelTypes()), cpus: possibleCpus() };
}

function optionsFor({ flags }: VerifyInput): VerifyOptions {
  return { everyState: (flags & TEST_STATE_FREQ) !== 0 };
}

/** True when the verdict is that of the walk without what Linux takes for safe by mistake. */
function isStricter(input: VerifyInput, options: VerifyOptions): boolean {
  let isStrict = false;
  verify(input, { ...options, onInsn: (_, env) => (isStrict = env.isStrict) });
  return isStrict;
}

function isStatistics(line: string): boolean {
  return line.startsWith('processed ');
}

function lastLine(log: readonly string[]): string {
  const end = log.findLastIndex(isStatistics);
  return log.slice(0, Math.max(end, 0)).findLast((line) => line.trim() !== '') ?? '';
}

let cpus: number | undefined;

/** CPUs that this machine may ever have: the kernel's nr_cpu_ids. */
function possibleCpus(): number {
  cpus ??= Number(/(\d+)\s*$/.exec(readFileSync('/sys/devices/system/cpu/possible', 'utf8'))?.[1]) + 1;
  return cpus;
}
