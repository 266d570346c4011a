// Logs that are broken anywhere.
import type { Random } from './seed.ts';

const PIECES = [
  '<',
  '>',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '"',
  ',',
  ' = ',
  '-1',
  '4294967295',
  '0x7fffffffffffffff',
  '<pipe:[1]>',
  '...',
  '|',
  ' resumed>',
  '->',
  '\\',
  '1<<99',
];

/** A line as it is; or lost, doubled, cut, or with a number or a sign that does not belong there. */
export function broken(random: Random, line: string): string[] {
  switch (random.below(30)) {
    case 0:
      return [];
    case 1:
      return [line, line];
    case 2:
      return [line.slice(0, random.below(line.length + 1))];
    case 3:
    case 4:
    case 5: {
      const at = random.below(line.length + 1);
      return [line.slice(0, at) + random.pick(PIECES) + line.slice(at + random.below(4))];
    }
    case 6: {
      const numbers = [...line.matchAll(/\d+/g)].slice(2);
      if (numbers.length === 0) return [line];
      const { index, 0: text } = random.pick(numbers);
      return [
        line.slice(0, index) + String(random.u32() >>> random.below(32)) + line.slice(index + text.length),
      ];
    }
    default:
      return [line];
  }
}
