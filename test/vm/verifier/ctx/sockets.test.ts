// Loads and stores through pointers to sockets, at each offset and of each size, beside the kernel of this machine.
import { expect, test } from 'vitest';
import { hasTool } from '../../../support/tools.ts';
import { compareWithKernel, type Question } from '../../../support/verifier-matrix.ts';

/** How a program gets the socket of a packet into r0. */
const SOCKETS = {
  sock_common: 'r0 = *(u64 *)(r1 + 168)\nif r0 == 0 goto out',
  sock: 'r1 = *(u64 *)(r1 + 168)\nif r1 == 0 goto out\ncall sk_fullsock\nif r0 == 0 goto out',
  tcp_sock: 'r1 = *(u64 *)(r1 + 168)\nif r1 == 0 goto out\ncall tcp_sock\nif r0 == 0 goto out',
} as const satisfies Record<string, string>;

function* accesses(): Generator<string> {
  for (const bytes of [1, 2, 4, 8]) {
    for (let off = -8; off < 124; off++) {
      yield `r3 = *(u${8 * bytes} *)(r0 + ${off})`;
      if (off % 8 !== 0) continue;
      yield `*(u${8 * bytes} *)(r0 + ${off}) = 1`;
      yield `r0 += 4\nr3 = *(u${8 * bytes} *)(r0 + ${off})`;
    }
  }
}

test.skipIf(!hasTool('kernel')).each(Object.entries(SOCKETS))('%s', { timeout: 30_000 }, (_type, get) => {
  const questions = Array.from(accesses(), (access): Question => {
    return { type: 'sched_cls', text: `${get}\n${access}\nout: r0 = 0\nexit` };
  });
  const { accepted, differences } = compareWithKernel(questions);
  expect(accepted).toBeGreaterThan(20);
  expect(differences).toEqual([]);
});
