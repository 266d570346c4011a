// Random programs that call the helpers on packets return the same here and in the kernel of this machine, and leave the same packet and ctx behind.
import { expect, test } from 'vitest';
import { assembleProg } from '../../../vm/index.ts';
import { askKernel, insnsLine, type OracleAnswer } from '../../support/oracle.ts';
import { randomFrame, randomSkbCtx, randomXdpCtx } from '../../support/random-frames.ts';
import { randomPacketProg, type PacketProgType } from '../../support/random-packet-progs.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { askMachine } from '../../support/spec-machine.ts';
import { hasTool } from '../../support/tools.ts';

const SEED = seedOf(20250901);

/** How many programs of each type. */
const PROGS = [
  { type: 'sched_cls', count: 600 },
  { type: 'sched_act', count: 200 },
  { type: 'xdp', count: 400 },
  { type: 'lwt_in', count: 100 },
  { type: 'lwt_out', count: 100 },
  { type: 'lwt_xmit', count: 200 },
  { type: 'cgroup_skb', count: 200 },
  { type: 'socket_filter', count: 200 },
] as const satisfies readonly { type: PacketProgType; count: number }[];

function ctxOf(random: Random, type: PacketProgType, frame: Uint8Array): Uint8Array {
  if (type === 'xdp') return randomXdpCtx(random, frame.length);
  return randomSkbCtx(random, type.startsWith('sched_') ? frame.length : frame.length - 14);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** The lines that load a random program and run it on a random frame, every other time with a ctx. */
function specLines(random: Random, type: PacketProgType, name: string): string[] {
  const text = randomPacketProg(random, type);
  const frame = randomFrame(random);
  const ctx = random.below(2) === 0 ? undefined : ctxOf(random, type, frame);
  const given = ctx === undefined ? '' : ` ctx=${hex(ctx)} ctxout=${ctx.length}`;
  const run = `run ${name} data=${hex(frame)}${given} repeat=${random.pick([0, 0, 1, 2, 3])}`;
  return [`prog ${name} ${type} log=0`, insnsLine(assembleProg(text).insns), 'end', run, `closeprog ${name}`];
}

function outcome(answers: readonly OracleAnswer[]): string[] {
  return answers
    .filter(({ op }) => op === 'prog' || op === 'run')
    .map(({ op, name, verdict, log, prog, errno, retval, data_out: data, ctx_out: ctx }) =>
      op === 'prog' ? `${name} ${verdict} ${log ?? ''}` : [prog, errno, retval, data, ctx].join(' '),
    );
}

test.skipIf(!hasTool('kernel')).each(PROGS)(
  `$count random programs of type $type (seed ${SEED}) treat packets as they do in the kernel`,
  { timeout: 60_000 },
  ({ type, count }) => {
    const random = new Random(SEED);
    const lines = Array.from({ length: count }, (_, i) => specLines(random, type, `p${i}`)).flat();
    const spec = lines.join('\n');
    const kernel = outcome(askKernel(spec));
    expect(kernel.filter((line) => line.includes('rejected'))).toEqual([]);
    expect(outcome(askMachine(spec))).toEqual(kernel);
  },
);
