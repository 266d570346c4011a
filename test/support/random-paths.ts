// Random programs about how the verifier keeps and compares states: branches, loops, functions, callbacks and tail calls over a few stack slots
// and numbers. Most are accepted.
import type { Random } from './seed.ts';

const OFFS = [8, 16, 24];
const REGS = ['r8', 'r9'];
const CONDITIONS = ['==', '!=', '>', 's<', '&'];
const OPERATIONS = ['+=', '-=', '&=', '|=', '^='];
/** The one map that they name. */
export const PATHS_MAP = '.map progs prog_array key=4 value=4 entries=4';

/** Insns of a program of type socket_filter, its functions behind it. */
export function randomPaths(random: Random): string {
  const names = Array.from({ length: random.below(3) }, (_, i) => `f${i}`);
  const functions = ['main', ...names].map((name, i) =>
    new PathsFunction(random, name, names.slice(i)).text(),
  );
  let text = functions[0]!;
  for (const [i, name] of names.entries()) {
    if (text.includes(`call ${name}\n`)) text += functions[i + 1]!;
  }
  return text.includes('call loop\n') ? text + randomCallback(random) : text;
}

/** A function under way; r6 is the ctx, r7 in functions the stack pointer of the caller. */
class PathsFunction {
  private readonly random: Random;
  private readonly name: string;
  private readonly callees: readonly string[];
  private readonly lines: string[] = [];
  /** Labels that are jumped to and stand nowhere yet. */
  private readonly open: string[] = [];
  private labels = 0;

  constructor(random: Random, name: string, callees: readonly string[]) {
    this.random = random;
    this.name = name;
    this.callees = callees;
  }

  text(): string {
    const { random, lines } = this;
    const isMain = this.name === 'main';
    if (isMain) {
      lines.push('r6 = r1', 'r7 = -8', 'r8 = 1', 'r9 = 2');
      for (const off of OFFS) if (random.below(3) > 0) lines.push(`*(u64 *)(r10 - ${off}) = ${this.reg()}`);
    } else lines.push(`${this.name}: r6 = r1`, 'r7 = r2', 'r8 = r3', 'r9 = r4');
    const steps = [...STEPS, ...(isMain ? MAIN_STEPS : FUNCTION_STEPS)];
    for (let i = 4 + random.below(14); i > 0; i--) lines.push(...random.pick(steps)(this));
    lines.push(...this.open.map((label) => `${label}:`));
    lines.push(`${this.name}_out: r0 = ${isMain ? '0' : random.pick(['0', ...REGS])}`, 'exit');
    return `${lines.join('\n')}\n`;
  }

  pick<T>(list: readonly T[]): T {
    return this.random.pick(list);
  }

  below(below: number): number {
    return this.random.below(below);
  }

  reg(): string {
    return this.random.pick(REGS);
  }

  /** A slot of the function's own frame. */
  slot(): string {
    return `(r10 - ${this.random.pick(OFFS)})`;
  }

  out(): string {
    return `${this.name}_out`;
  }

  label(): string {
    this.labels += 1;
    return `${this.name}_${this.labels}`;
  }

  jumpTo(label: string): string {
    this.open.push(label);
    return label;
  }

  /** A label that was jumped to. */
  place(): string[] {
    const label = this.open.splice(this.random.below(this.open.length || 1), 1)[0];
    return label === undefined ? [] : [`${label}:`];
  }

  callee(): string | undefined {
    return this.callees.length === 0 ? undefined : this.random.pick(this.callees);
  }
}

type Step = (at: PathsFunction) => readonly string[];

const STEPS: readonly Step[] = [
  (at) => ['call get_prandom_u32', `${at.reg()} = r0`],
  (at) => ['call get_prandom_u32', `r0 &= ${at.pick([1, 3, 7])}`, `${at.reg()} = r0`],
  (at) => [`*(u64 *)${at.slot()} = ${at.reg()}`],
  (at) => [`*(u32 *)${at.slot()} = ${at.reg()}`],
  (at) => [`${at.reg()} = *(u64 *)${at.slot()}`],
  (at) => [`${at.reg()} = *(u32 *)${at.slot()}`],
  branch,
  branch,
  (at) => at.place(),
  (at) => [`${at.reg()} = ${at.reg()}`],
  (at) => [`${at.reg()} = ${at.below(4)}`],
  (at) => [`${at.reg()} ${at.pick(OPERATIONS)} ${at.pick([...REGS, '1', '3'])}`],
  call,
  call,
  variableOffset,
  boundedLoop,
  unboundedLoop,
];
const MAIN_STEPS: readonly Step[] = [
  () => ['r1 = 3', 'r2 = callback ll', 'r3 = r10', 'r4 = 0', 'call loop'],
  tailCall,
];
const FUNCTION_STEPS: readonly Step[] = [
  (at) => [`${at.reg()} = *(u64 *)(r7 - ${at.pick(OFFS)})`],
  (at) => [`*(u64 *)(r7 - ${at.pick(OFFS)}) = ${at.reg()}`],
  tailCall,
];

function branch(at: PathsFunction): readonly string[] {
  const label = at.jumpTo(at.label());
  return [`if ${at.reg()} ${at.pick(CONDITIONS)} ${at.pick([...REGS, '0', '1', '3'])} goto ${label}`];
}

function call(at: PathsFunction): readonly string[] {
  const callee = at.callee();
  if (callee === undefined) return [];
  const lines = ['r1 = r6', 'r2 = r10', `r3 = ${at.reg()}`, `r4 = ${at.pick(['0', ...REGS])}`];
  return [...lines, `call ${callee}`, ...(at.below(2) === 0 ? [] : [`${at.reg()} = r0`])];
}

function variableOffset(at: PathsFunction): readonly string[] {
  const reg = at.reg();
  const lines = [`if ${reg} > 7 goto ${at.out()}`, 'r1 = r10', 'r1 += -24', `r1 += ${reg}`];
  return [...lines, at.below(2) === 0 ? `*(u8 *)(r1 + 0) = ${at.reg()}` : `${at.reg()} = *(u8 *)(r1 + 0)`];
}

function boundedLoop(at: PathsFunction): readonly string[] {
  const [label, reg] = [at.label(), at.reg()];
  const body = at.below(2) === 0 ? `*(u64 *)${at.slot()} = ${reg}` : `${at.reg()} = *(u64 *)${at.slot()}`;
  return [`${reg} = 0`, `${label}: ${body}`, `${reg} += 1`, `if ${reg} < ${2 + at.below(4)} goto ${label}`];
}

function unboundedLoop(at: PathsFunction): readonly string[] {
  const [head, end, reg] = [at.label(), at.label(), at.reg()];
  const body = at.below(2) === 0 ? `${reg} &= 3` : `${reg} = *(u64 *)${at.slot()}`;
  return [`${head}: may_goto ${end}`, body, `goto ${head}`, `${end}:`];
}

function tailCall(at: PathsFunction): readonly string[] {
  return ['r1 = r6', 'r2 = progs ll', `r3 = ${at.pick(['1', ...REGS])}`, 'call tail_call'];
}

/** A function for bpf_loop; its second argument is the stack pointer of the program. */
function randomCallback(random: Random): string {
  const slot = (): string => `(r6 - ${random.pick(OFFS)})`;
  const steps: readonly (() => readonly string[])[] = [
    () => [`r7 = *(u64 *)${slot()}`, 'r7 += 1'],
    () => ['call get_prandom_u32', `*(u64 *)${slot()} = r0`],
    () => [`r7 = ${random.below(3)}`, `*(u64 *)${slot()} = r7`],
    () => ['call get_prandom_u32', 'if r0 > 3 goto callback_out'],
    () => [
      `r7 = *(u64 *)${slot()}`,
      'if r7 > 7 goto callback_out',
      'r1 = r10',
      'r1 += -24',
      'r1 += r7',
      '*(u8 *)(r1 + 0) = 0',
    ],
    () => ['*(u64 *)(r10 - 8) = r6'],
  ];
  const lines = Array.from({ length: 1 + random.below(5) }, () => random.pick(steps)()).flat();
  return `${['callback: r6 = r2', ...lines, `callback_out: r0 = ${random.below(2)}`, 'exit'].join('\n')}\n`;
}
