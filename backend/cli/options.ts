// Readers of option values; a wrong value is wrong usage and exits with 2.
import { refusal } from '../errors.ts';

/** A whole number from `least` to `most`. Throws UserError 'bad-option'. */
export function wholeNumber(option: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    const range = most === Infinity ? `from ${least} up` : `from ${least} to ${most}`;
    throw refusal('bad-option', option, text, `a whole number ${range}`);
  };
}

/** A replay speed: 0.1 to 1000, or 0 or 'max' for as fast as it can. Throws UserError 'bad-option'. */
export function replaySpeed(text: string): number {
  const value = text === 'max' ? 0 : text.trim() === '' ? NaN : Number(text);
  if (value === 0 || (value >= 0.1 && value <= 1000)) return value;
  throw refusal('bad-option', '--speed', text, '0.1 to 1000, or max (0) for as fast as it can');
}

/** Collects a repeatable option whose values are origins ('https://demo.example:8443'). Throws UserError 'bad-option'. */
export function collectOrigin(text: string, before: readonly string[]): readonly string[] {
  const origin = URL.canParse(text) ? new URL(text).origin : 'null';
  if (origin === 'null')
    throw refusal('bad-option', '--allow-origin', text, 'an origin such as https://demo.example');
  return [...before, origin];
}
