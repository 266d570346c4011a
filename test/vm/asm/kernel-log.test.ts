// The kernel's words for insns are those of its verifier's log: random programs that it accepts, line by line.
import { expect, test } from 'vitest';
import { disassemble, logLine } from '../../../vm/asm/disassemble.ts';
import { assembleProg } from '../../../vm/asm/assemble.ts';
import { hexOf } from '../../support/case-file.ts';
import { askKernel, insnsLine } from '../../support/oracle.ts';
import { randomProg } from '../../support/random-prog.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { hasTool } from '../../support/tools.ts';

const SEED = seedOf(618);
const PROGS = 40;

/** What random programs do not hold. */
const OTHERS = `
r6 = r1
r1 = load_acquire((u8 *)(r10 - 1))
r1 = load_acquire((u64 *)(r10 - 8))
w7 = 9
store_release((u16 *)(r10 - 2), w7)
store_release((u64 *)(r10 - 8), r1)
r0 = *(u8 *)skb[12]
r7 = 3
r0 = *(u16 *)skb[r7 + 1]
call bpf_get_smp_processor_id
may_goto next
next: gotol over
over: call f
exit
f: r0 = 0x123456789 ll
exit`;
const PREFIX = '*(u64 *)(r10 - 8) = 1';

test.skipIf(!hasTool('kernel'))(
  `${PROGS} random programs (seed ${SEED}) are printed as the verifier prints them, and its lines assemble to the same bytes`,
  () => {
    const random = new Random(SEED);
    const progs = Array.from({ length: PROGS }, () => randomProg(random, 60));
    progs.push(assembleProg(PREFIX + OTHERS).insns);
    const spec = progs.map((insns, i) => `prog p${i} socket_filter log=2\n${insnsLine(insns)}\nend`);
    const answers = askKernel(spec.join('\n')).filter(({ op }) => op === 'prog');
    for (const [i, insns] of progs.entries()) {
      const ours = new Map(
        disassemble(insns, { dialect: 'kernel' }).map((line) => [line.pc, { ...line, text: logLine(line) }]),
      );
      const theirs = linesOf(answers[i]!.log ?? '');
      expect(answers[i]!.verdict).toBe('accepted');
      expect(theirs.size).toBeGreaterThan(10);
      for (const [pc, text] of theirs) {
        expect(text).toBe(ours.get(pc)?.text);
        const slots = ours.get(pc)!.slots;
        expect(hexOf(assembleProg(text).insns)).toBe(hexOf(insns.subarray(8 * pc, 8 * (pc + slots))));
      }
    }
  },
);

/** Insns of a log by pc, without the registers behind them. */
function linesOf(log: string): Map<number, string> {
  const lines = new Map<number, string>();
  for (const [, pc, insn] of log.matchAll(/^(\d+): (\([0-9a-f]{2}\) .*?)\s*(?:;.*)?$/gm)) {
    lines.set(Number(pc), `${pc}: ${insn}`);
  }
  return lines;
}
