// What programs of batch cases are put together from.
import { assembleObject, type ObjectSpec } from '../../../../vm/index.ts';
import type { ValueField } from '../../../../vm/object.ts';

/** An object over a recording. */
export interface BatchCase {
  readonly name: string;
  readonly text: string;
  readonly recording: string;
  readonly points?: number;
  readonly limitInsns?: number;
  /** Fields in the values of all maps. */
  readonly fields?: readonly ValueField[];
  /** Why there are no batches of it. */
  readonly why?: string;
}

/** Ends a program with 0. */
export const RETURN = 'r0 = 0\nexit';

/** Puts the 8 bytes in `reg` into the ring buffer `out`. */
export const tell = (reg: string): string => `*(u64 *)(r10 - 8) = ${reg}
  r1 = map[out] ll
  r2 = r10
  r2 += -8
  r3 = 8
  r4 = 0
  call ringbuf_output`;
/** The ring buffer of `tell`. */
export const OUT = '.map out ringbuf key=0 value=0 entries=65536';

/** value of key 0 of the array `state` = 3 * value + what is in `reg`: the order of runs shows in it. r6 is its address. */
export const mix = (reg: string, ...steps: readonly string[]): string => `${steps.join('\n')}
  r7 = ${reg}
  *(u32 *)(r10 - 4) = 0
  r2 = r10
  r2 += -4
  r1 = map[state] ll
  call map_lookup_elem
  if r0 == 0 goto out
  r1 = *(u64 *)(r0 + 0)
  r1 *= 3
  r1 += r7
  *(u64 *)(r0 + 0) = r1
  r6 = r0`;
/** The array of `mix`. */
export const STATE = '.map state array key=4 value=64 entries=1';

/** A program in a section; what its insns jump to for the end is called `out`. */
export const at = (section: string, name: string, body: string): string =>
  `.section "${section}"\n${name}:\n${body}\nout:\n${RETURN}`;

/** Reads `bytes` at the address in r3 by a helper, and tells 8 bytes of them, and the answer. */
export const probe = (helper: string, bytes: number): string => `*(u64 *)(r10 - 16) = 0
  r1 = r10
  r1 += -16
  r2 = ${bytes}
  call ${helper}
  r9 = r0
  r8 = *(u64 *)(r10 - 16)
  ${tell('r9')}
  ${tell('r8')}`;

/** Goes round so often. */
export const loop = (label: string, rounds: number): string => `r5 = ${rounds}
  ${label}:
  r5 += -1
  if r5 != 0 goto ${label}`;

/** A line of the trace; `args` set r3 to r5. */
export const print = (text: string, ...args: readonly string[]): string => {
  const bytes = [...new TextEncoder().encode(`${text}\0`)];
  const words = Array.from({ length: Math.ceil(bytes.length / 4) }, (_, i) =>
    bytes.slice(4 * i, 4 * i + 4).reduce((sum, byte, j) => sum + byte * 2 ** (8 * j), 0),
  );
  const base = -8 * Math.ceil(words.length / 2) - 32;
  return `${words.map((word, i) => `w1 = ${word}\n*(u32 *)(r10 - ${-base - 4 * i}) = r1`).join('\n')}
  r1 = r10
  r1 += ${base}
  r2 = ${bytes.length}
  ${args.join('\n')}
  call trace_printk`;
};

/** Fields at offset 16 of the values of `state`. */
export const TIMER: readonly ValueField[] = [{ kind: 'timer', off: 16 }];
export const WORK: readonly ValueField[] = [{ kind: 'workqueue', off: 16 }];

/** Every 64th run starts what runs later. */
export const sometimes = (begin: string): string => `${mix('r7', 'r7 = 1')}
  r1 = *(u64 *)(r6 + 8)
  r1 += 1
  *(u64 *)(r6 + 8) = r1
  r1 &= 63
  if r1 != 0 goto out
  ${begin}`;

/** r1 = the field of the value in r6. */
export const FIELD = 'r1 = r6\nr1 += 16';

/** The object of a case. */
export function specOf({ text, fields }: BatchCase): ObjectSpec {
  const object = assembleObject(`.license GPL\n${text}`, 'test');
  if (fields === undefined) return object;
  const arrays = object.maps.filter(({ type }) => type === 'array');
  return {
    ...object,
    maps: [
      ...object.maps.filter(({ type }) => type !== 'array'),
      ...arrays.map((map) => Object.assign(map, { fields })),
    ],
  };
}
