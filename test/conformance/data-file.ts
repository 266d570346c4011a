// The case files of bpf_conformance: sections behind lines such as `-- asm`, comments from # to the end of the line.
import { assembleMnemonics } from './mnemonics.ts';

/** What one file asks for. */
export interface DataCase {
  readonly insns: Uint8Array;
  readonly memory: Uint8Array;
  /** r0 at the end, u64; undefined where the program must fail. */
  readonly result: bigint | undefined;
  /** What the reason of the failure says. */
  readonly error: string;
}

/** Reads a case. Throws for a text that is none. */
export function readDataCase(text: string): DataCase {
  const sections = sectionsOf(text);
  const raw = words(sections.get('raw'));
  const insns = raw.length > 0 ? rawInsns(raw) : assembleMnemonics(sections.get('asm') ?? '');
  const memory = Uint8Array.from(words(sections.get('mem')), (byte) => Number.parseInt(byte, 16));
  const result = words(sections.get('result')).at(-1);
  if (result === undefined && !sections.has('error')) throw new Error('a case has a result or an error');
  const wanted = result === undefined ? undefined : BigInt.asUintN(64, BigInt(result));
  return { insns, memory, result: wanted, error: (sections.get('error') ?? '').trim() };
}

function sectionsOf(text: string): Map<string, string> {
  const sections = new Map<string, string>();
  let name = '';
  for (const line of text.split(/\r?\n/)) {
    const code = line.replace(/#.*/, '');
    const heading = /^--\s*(\S.*?)\s*$/.exec(code)?.[1];
    if (heading === undefined) sections.set(name, `${sections.get(name) ?? ''}${code}\n`);
    else {
      name = heading;
      sections.set(name, '');
    }
  }
  return sections;
}

function words(text = ''): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** Slots as 64-bit numbers, or bytes. */
function rawInsns(raw: readonly string[]): Uint8Array {
  if (raw.every((word) => /^[\da-f]{2}$/i.test(word))) {
    return Uint8Array.from(raw, (byte) => Number.parseInt(byte, 16));
  }
  return new Uint8Array(BigUint64Array.from(raw, BigInt).buffer);
}
