// The address of a function of the program: what BTF must say of it.
import { expect, test } from 'vitest';
import type { FuncInfo } from '../../../../vm/object.ts';
import { verify } from '../../../../vm/verifier/walk/verify.ts';
import { verifierInput } from '../../../support/verifier-case.ts';

const TAKES_ADDRESS = 'r1 = f ll\nr0 = 0\nexit\nf: r0 = 0\nexit';

/** Why a program that takes the address of a function is refused when its functions are these. */
function refusal(change: (func: FuncInfo) => FuncInfo | undefined): string | undefined {
  const sections = new Map([
    ['prog socket_filter', ''],
    ['asm', TAKES_ADDRESS],
  ]);
  const input = verifierInput({ title: '', where: '', sections });
  const funcs = input.funcs.map(change).filter((func) => func !== undefined);
  return verify({ ...input, funcs }).refusal?.code;
}

test.each<[string, (func: FuncInfo) => FuncInfo | undefined, string | undefined]>([
  ['of a static function is taken', (func) => func, undefined],
  [
    'of a global function is not',
    (func) => (func.pc === 0 ? func : { ...func, linkage: 'global' }),
    'callback-global',
  ],
  ['of a function without types is not', () => undefined, 'callback-types'],
])('the address %s', (_, change, code) => {
  expect(refusal(change)).toBe(code);
});
