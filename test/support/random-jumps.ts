// Random programs that jump into one another: tail calls from programs and from their functions, each entry of a program counted in a map.
import { assembleProg } from '../../vm/index.ts';
import { insnsLine } from './oracle.ts';
import { FUNC_BTF, FUNC_TYPE } from './btf.ts';
import type { Random } from './seed.ts';

const PROGS = 6;
const SLOTS = 6;
const RUNS = 20;
const MAPS = ['jumps', 'entered'];

/** Lines of a spec: programs, slots, and runs with slots changed between them. */
export function randomJumps(random: Random): string[] {
  const lines = [`map jumps prog_array 4 4 ${SLOTS} 0`, `map entered array 4 8 ${PROGS} 0`];
  for (let prog = 0; prog < PROGS; prog++) lines.push(...randomProg(random, prog));
  const fill = (index: number): string => `slot jumps ${index} p${random.below(PROGS)}`;
  for (let index = 0; index < SLOTS; index++) if (random.below(4) > 0) lines.push(fill(index));
  for (let run = 0; run < RUNS; run++) {
    const ctx = Buffer.alloc(192);
    ctx.writeUInt32LE(random.below(SLOTS + 2), 8);
    lines.push(
      `run p${random.below(PROGS)} data=${'00'.repeat(64)} ctx=${ctx.toString('hex')}`,
      'dump entered',
    );
    if (run % 4 === 3) lines.push(fill(random.below(SLOTS)));
  }
  return lines;
}

/** One program: its body and up to three functions, each of which may call those behind it. */
function randomProg(random: Random, prog: number): string[] {
  const bodies = Array.from({ length: 1 + random.below(4) }, () => '');
  const called = new Set<number>([0]);
  const starts: number[] = [];
  let text = '';
  let pc = 0;
  for (let i = 0; i < bodies.length; i++) {
    if (!called.has(i)) continue;
    const callees = Array.from({ length: 1 + random.below(4) }, () =>
      random.below(2) === 0 && i + 1 < bodies.length ? i + 1 + random.below(bodies.length - i - 1) : 0,
    );
    for (const callee of callees) called.add(callee);
    const body = bodyOf(random, i === 0 ? prog : -1, callees);
    starts.push(pc);
    pc += assembleProg(body.replace(/call f\d/g, 'call 5'), MAPS).insns.length / 8;
    text += `f${i}:\n${body}`;
  }
  const types =
    starts.length === 1 ? [] : [`btf ${FUNC_BTF}`, ...starts.map((start) => `func ${start} ${FUNC_TYPE}`)];
  return [`prog p${prog} socket_filter log=0`, insnsLine(assembleProg(text, MAPS).insns), ...types, 'end'];
}

/** Calls and jumps, mixed into r8 with r7 and a word of the stack, which must keep what they hold. 0 among `callees` is a jump. */
function bodyOf(random: Random, prog: number, callees: readonly number[]): string {
  const count = `*(u32 *)(r10 - 4) = ${prog}\nr1 = map[entered] ll\nr2 = r10\nr2 += -4\ncall map_lookup_elem
    if r0 == 0 goto +2\nr1 = 1\nlock *(u64 *)(r0 + 0) += r1\n`;
  const steps = callees.map((callee) => {
    if (callee > 0) return `r1 = r6\ncall f${callee}\nr8 *= 31\nr8 += r0\n`;
    const index =
      random.below(2) === 0 ? `r3 = ${random.below(SLOTS + 1)}` : 'r3 = *(u32 *)(r6 + 8)\nr3 &= 7';
    return `r1 = r6\nr2 = map[jumps] ll\n${index}\ncall tail_call\nr8 += ${random.below(9)}\n`;
  });
  return `r6 = r1\nr7 = ${random.below(99)}\nr8 = ${random.below(999)}\n*(u64 *)(r10 - 16) = r8\n${prog < 0 ? '' : count}${steps.join('')}
    r8 += r7\nr0 = *(u64 *)(r10 - 16)\nr0 += r8\nw0 = w0\nexit\n`;
}
