// Advice for programs that the verifier cannot walk to their end: which loop it is, and what its end depends on.
import { isPointer } from '../../reg.ts';
import { describeReg } from '../describe.ts';
import { plainCause } from '../causes.ts';
import { topFrame, topNumber, type Step } from '../trace.ts';
import { whereText, type Advice, type Facts } from './facts.ts';

/** Rounds that make a loop worth telling of. */
const MANY_ROUNDS = 8;

/** Of 'too-long', 'jump-sequence' and 'infinite-loop'. */
export function adviseLoop(facts: Facts): Advice | undefined {
  const { path, failed } = facts;
  const back = lastBackJump(path, failed, facts.refusal.pc);
  if (back < 0) return undefined;
  const to = path[back + 1]?.pc ?? facts.refusal.pc;
  const from = path[back]!.pc;
  const rounds = path.filter(({ pc }) => pc === from).length;
  if (facts.refusal.code !== 'infinite-loop' && rounds < MANY_ROUNDS) return undefined;
  const depth = depthText(facts, rounds);
  const ends = loopEnds(path, back, to, from);
  const first = ends[0];
  const where = whereText(facts, from);
  if (first === undefined) {
    return {
      why: `the loop at ${where} has no way out: each round leads to the next`,
      fix: 'give the loop an end: count its rounds, and leave when a constant number is reached',
    };
  }
  return {
    why: `the path goes round the loop at ${where} ${depth}. Its end depends on the comparison at ${whereText(facts, path[first]!.pc)}: ${operandsText(path[first]!)}`,
    fix:
      facts.refusal.code === 'infinite-loop'
        ? 'change what is compared in each round, in a variable that stays in a register (not volatile), and compare it with a constant'
        : 'give the loop a constant bound (for (i = 0; i < 100 && i < n; i++)), or leave the rounds to bpf_loop, whose body is walked a few times only',
    causes: [{ ...plainCause(path, first, 'branched'), isTaken: isTaken(facts, first) }],
  };
}

/** Whether a jump of the path was taken; the last one leads to where the program is refused. */
function isTaken({ path, refusal }: Facts, index: number): boolean {
  return (path[index + 1]?.pc ?? refusal.pc) !== path[index]!.pc + 1;
}

function depthText({ refusal }: Facts, rounds: number): string {
  return refusal.code === 'infinite-loop'
    ? 'and comes back with everything as it was'
    : `again and again (${rounds} rounds of it are looked at here)`;
}

/** Position of the last jump that led back; the path goes on at `end` behind its last step. */
function lastBackJump(path: readonly Step[], failed: number, end: number): number {
  for (let i = Math.min(failed, path.length) - 1; i >= 0; i--) {
    const step = path[i]!;
    const next = path[i + 1];
    const { kind } = step.insn.op;
    if (kind !== 'jump' && kind !== 'goto') continue;
    if (next !== undefined && topNumber(next) !== topNumber(step)) continue;
    if ((next?.pc ?? end) <= step.pc) return i;
  }
  return -1;
}

/** Conditional jumps of the loop's last round whose other way leads out of it. */
function loopEnds(path: readonly Step[], back: number, to: number, from: number): number[] {
  const ends: number[] = [];
  for (let i = back; i >= 0 && path.length - i < 1000; i--) {
    const { pc, insn } = path[i]!;
    if (pc < to || pc > from) continue;
    if (insn.op.kind === 'jump') {
      const target = pc + 1 + insn.off;
      if (target < to || target > from || pc === from) ends.push(i);
    }
    if (pc === to) break;
  }
  return ends;
}

function operandsText(step: Step): string {
  const { insn } = step;
  const { regs } = topFrame(step);
  const frame = topNumber(step);
  const left = regs[insn.dst];
  const right = insn.op.kind === 'jump' && insn.op.source === 'reg' ? regs[insn.src] : undefined;
  const words = [[insn.dst, left] as const, ...(right === undefined ? [] : [[insn.src, right] as const])]
    .flatMap(([n, reg]) => (reg === undefined ? [] : [`r${n} is ${describeReg(reg, frame)}`]))
    .join(', ');
  return left !== undefined && isPointer(left) ? `${words}, where pointers are compared` : words;
}
