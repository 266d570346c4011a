// Programs that are functions of a struct of the kernel: which, what they read and write, what they return; asked of the kernel of this machine.
import { expect, test } from 'vitest';
import { kernelVerdicts, ourVerdicts, type BareCase } from '../../support/bare-verdicts.ts';
import { kernelTypeId } from '../../support/kernel-btf.ts';
import { hasTool } from '../../support/tools.ts';
import { vmlinux } from '../../support/vmlinux.ts';

const kernel = vmlinux();
const hasStruct = kernelTypeId('struct', 'bpf_struct_ops_tcp_congestion_ops') !== undefined;
const withKernel = test.skipIf(!hasTool('kernel') || kernel === undefined || !hasStruct);

function ops(struct: string, attachType: number, text: string, flags = 0): BareCase {
  const title = `${struct} ${attachType} ${flags}: ${text.replaceAll('\n', '; ')}`;
  const target = { name: '', struct, btfId: kernelTypeId('struct', struct) ?? 0 };
  return { title, type: 'struct_ops', attachType, flags, target, text };
}

const INIT = 16;
const SLEEPABLE = 16;
const members = Array.from({ length: 19 }, (_, i) => i);

withKernel('members, their arguments and their results', () => {
  const texts = [
    'r0 = 0\nexit',
    'exit',
    'r0 = r1\nexit',
    ...[0, 8, 16, 24, 32].map((off) => `r2 = *(u64 *)(r1 + ${off})\nr0 = *(u64 *)(r2 + 8)\nexit`),
    'r2 = *(u32 *)(r1 + 8)\nr0 = r2\nexit',
    'r2 = 0\n*(u64 *)(r1 + 0) = r2\nr0 = 0\nexit',
  ];
  const cases = ['tcp_congestion_ops', 'bpf_dummy_ops', 'task_struct'].flatMap((struct) =>
    members.flatMap((index) =>
      [0, SLEEPABLE].flatMap((flags) => texts.map((text) => ops(struct, index, text, flags))),
    ),
  );
  expect(ourVerdicts(cases, kernel!)).toEqual(kernelVerdicts(cases));
});

withKernel('stores into a socket of TCP', () => {
  const stores = Array.from({ length: 2_400 }, (_, off) => off).flatMap((off) =>
    [1, 2, 4, 8]
      .filter((bytes) => off % bytes === 0 && (bytes > 2 || off % 16 === 8))
      .map((bytes) =>
        ops(
          'tcp_congestion_ops',
          INIT,
          `r2 = *(u64 *)(r1 + 0)\nr3 = 0\n*(u${8 * bytes} *)(r2 + ${off}) = r3\nr0 = 0\nexit`,
        ),
      ),
  );
  expect(ourVerdicts(stores, kernel!)).toEqual(kernelVerdicts(stores));
});
