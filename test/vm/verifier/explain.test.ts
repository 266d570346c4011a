// Explanations: names out of the source, and registers in words.
import { describe, expect, test } from 'vitest';
import { describeNumber, describeReg } from '../../../vm/verifier/explain/describe.ts';
import { assignedName, leaveIf } from '../../../vm/verifier/explain/advice/facts.ts';
import { makeReg, withReg, FLAGS } from '../../../vm/verifier/reg.ts';
import { constScalar, UNKNOWN, type Scalar } from '../../../vm/verifier/scalar.ts';

describe('the variable that a line gives a value to', () => {
  test.each([
    ['u64 *n = bpf_map_lookup_elem(&counts, &key);', 10, 'n'],
    ['n = bpf_map_lookup_elem(&counts, &key);', 4, 'n'],
    ['u32 a = 1, b = ctx->args[1];', 16, 'b'],
    ['for (u64 i = 0; i < n; i++)', 13, 'i'],
    ['if (n == 3) return 0;', 6, undefined],
    ['h->n[s]++;', 2, undefined],
    ['r1 = *(u64 *)(r1 + 8)', 0, undefined],
    ['e->pid = bpf_get_current_pid_tgid() >> 32;', 11, undefined],
  ])('%s', (text, column, name) => {
    expect(assignedName({ text, column })).toBe(name);
  });
});

function range(fields: Partial<Scalar>): Scalar {
  return { ...UNKNOWN, ...fields };
}

describe('a number in words', () => {
  test.each([
    [constScalar(-4n), 'the number -4'],
    [UNKNOWN, 'a number that may be anything'],
    [range({ smin: 0n, smax: 255n, umax: 255n }), 'a number from 0 to 255'],
    [range({ smax: 31n }), 'a number of at most 31, which may be negative'],
    [range({ smin: -5n }), 'a number of at least -5'],
    [range({ umin: 9n }), 'a number of at least 9, taken as unsigned'],
    [range({ bits: { value: 0n, mask: 0xf8n }, smin: 0n, smax: 248n }), 'a multiple of 8 from 0 to 248'],
  ])('%#', (scalar, words) => {
    expect(describeNumber(scalar)).toBe(words);
  });
});

test('a register in words', () => {
  const stack = withReg(makeReg('stack'), { off: -16 });
  const record = withReg(makeReg('mem'), { memBytes: 80, flags: FLAGS.ringbuf | FLAGS.maybe_null });
  expect(describeReg(stack, 0)).toBe('a pointer to the stack at r10-16');
  expect(describeReg(stack, 1)).toBe("a pointer to the stack of a caller's function at r10-16");
  expect(describeReg(record, 0)).toBe('a pointer to a record of 80 bytes in a ring buffer, or null');
  expect(describeReg(withReg(makeReg('pkt'), { off: 14, range: 34 }), 0)).toBe(
    'a pointer to the packet, 14 bytes in (34 bytes of it are known to be there)',
  );
});

test('a check is written in C, or of registers', () => {
  expect(leaveIf('n > 7')).toBe('if (n > 7) return 0');
  expect(leaveIf('r6 > 7')).toBe('if r6 > 7 goto ...');
});
