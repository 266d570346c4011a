// bpf_strtol, bpf_strtoul and bpf_strncmp on random texts: the machine and the kernel of this machine answer the same.
import { test } from 'vitest';
import { expectSame, progLines } from '../../support/same-answers.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { hasTool } from '../../support/tools.ts';

const SEED = seedOf(105);
const RUNS = 400;
const TEXT_BYTES = 112;
const withKernel = test.skipIf(!hasTool('kernel'));

const STARTS = ['', '', ' ', '\t\n ', '\xa0', '+', '-', '- ', '--', ' -', '\0'];
const PREFIXES = ['', '', '', '0', '0x', '0X', '00', '0xg', 'x'];
const DIGITS = ['0', '1', '7', '8', '9', 'a', 'F', 'g', '123', 'ffffffff', '77777'];
const ENDS = ['', '', '\n', ' ', '\0', 'z', '9'.repeat(70)];
const FLAGS = [0, 0, 8, 10, 16, 16, 2, 31, 32, 1 << 8];
const WHOLE = [
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  '-9223372036854775809',
  '18446744073709551615',
  '18446744073709551616',
  '-0',
  '0x',
  '0x8000000000000000',
  '-0x8000000000000000',
] as const;

function randomText(random: Random): string {
  if (random.below(4) === 0) return random.pick(WHOLE);
  const digits = Array.from({ length: random.below(5) }, () => random.pick(DIGITS)).join('');
  return `${random.pick(STARTS)}${random.pick(PREFIXES)}${digits}${random.pick(ENDS)}`;
}

/** Hex of a text, filled up with zeroes. */
function valueOf(text: string): string {
  const bytes = Buffer.alloc(TEXT_BYTES);
  bytes.write(text, 'latin1');
  return bytes.toString('hex');
}

withKernel(`strtol and strtoul read ${RUNS} random texts (seed ${SEED}) as the kernel does`, () => {
  const random = new Random(SEED);
  const maps = ['text', 'out'];
  const lines = [`map text array 4 ${TEXT_BYTES} 1 0`, 'map out array 4 8 1 0'];
  for (let i = 0; i < RUNS; i++) {
    const text = randomText(random);
    const helper = random.pick(['strtol', 'strtoul']);
    const size = random.pick([text.length, text.length, text.length + 1, 1, TEXT_BYTES]);
    const flags = random.pick(FLAGS);
    const body = `r1 = mapval[text] ll\nr2 = ${Math.max(1, size)}\nr3 = ${flags}\nr4 = mapval[out] ll\ncall ${helper}\nexit`;
    lines.push(
      ...progLines(`p${i}`, 'raw_tracepoint', body, maps),
      `set text 00000000 ${valueOf(text)}`,
      'set out 00000000 eeeeeeeeeeeeeeee',
      `run p${i} ctx=${'00'.repeat(8)} tag=${helper}:${flags}:${size}:${encodeURIComponent(text)}`,
      'get out 00000000',
    );
  }
  expectSame(lines);
});

withKernel(`strncmp compares ${RUNS} random texts (seed ${SEED}) as the kernel does`, () => {
  const random = new Random(SEED);
  const lines = [`map text array 4 ${TEXT_BYTES} 1 0`];
  const maps = ['text'];
  const WORDS = ['', 'a', 'ab', 'abc', 'abd', '\xff', 'ab\0c', 'write(fd', 'write(fd, buf)'];
  for (const [i, other] of WORDS.entries()) {
    maps.push(`c${i}`);
    lines.push(
      `map c${i} array 4 ${TEXT_BYTES} 1 128`,
      `set c${i} 00000000 ${valueOf(other)}`,
      `freeze c${i}`,
    );
  }
  for (let i = 0; i < RUNS / 4; i++) {
    const text = random.pick(WORDS);
    const other = random.below(WORDS.length);
    const size = 1 + random.below(10);
    const body = `r1 = mapval[text] ll\nr2 = ${size}\nr3 = mapval[c${other}] ll\ncall strncmp\nexit`;
    lines.push(
      ...progLines(`p${i}`, 'raw_tracepoint', body, maps),
      `set text 00000000 ${valueOf(text)}`,
      `run p${i} ctx=${'00'.repeat(8)} tag=${size}:${encodeURIComponent(text)}:${other}`,
    );
  }
  expectSame(lines);
});
