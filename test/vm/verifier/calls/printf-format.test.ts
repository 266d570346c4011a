// Formats of bpf_snprintf.
import { describe, expect, test } from 'vitest';
import { isFormat } from '../../../../vm/verifier/calls/printf-format.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

describe('a format is taken', () => {
  test.each([
    ['', 0],
    ['no conversion', 0],
    ['100%%', 0],
    ['%d', 1],
    ['%d', 2],
    ['%lld %llu %llx %llX %lli', 5],
    ['%ld %lu %lx', 3],
    ['%5d %05u %-8x %+i % d', 5],
    ['%c%c', 2],
    ['%s, %s', 2],
    ['%p', 1],
    ['%p %px %ps %pS %pK %pB', 6],
    ['%pks %pus', 2],
    ['%pi4 %pI4 %pi6 %pI6', 4],
    ['tab\tline\n', 0],
  ])('%j with %d arguments', (format, args) => {
    expect(isFormat(bytes(format), args)).toBe(true);
  });
});

describe('a format is refused', () => {
  test.each([
    ['more conversions than arguments', '%d %d', 1],
    ['a conversion that is none', '%q', 1],
    ['no conversion behind the %', 'x%', 1],
    ['a precision', '%.3d', 1],
    ['three times long', '%llld', 1],
    ['a string that runs into a letter', '%sx', 1],
    ['a kernel string that runs into a letter', '%pksx', 1],
    ['an address of no length', '%pI5', 1],
    ['a pointer that runs into a letter', '%pz', 1],
    ['a character that does not print', 'a\u0001b', 0],
  ])('%s: %j', (_why, format, args) => {
    expect(isFormat(bytes(format), args)).toBe(false);
  });
});
