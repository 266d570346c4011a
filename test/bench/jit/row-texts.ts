// What the programs of kernel-rows.ts are made of. A section of 'tc' is Linux's.
/** Slots that a dispatcher has. */
export const SLOTS = 512;
/** Tail calls in a row. */
export const CHAIN = 33;
/** Operations of a program that has them one behind the other. */
export const TIMES = 10;
/** Rounds of a loop. */
export const ROUNDS = 100;
const RING_BYTES = 1 << 24;

/** Lines, made so many times. */
export const repeat = (times: number, text: (i: number) => string): string =>
  Array.from({ length: times }, (_, i) => text(i)).join('\n');

const NEXT_NUMBER = 'r3 *= 5\nr3 += 17\nr3 &= 511\n*(u32 *)(r1 + 8) = r3';

/** Jumps to a leaf by its number. `advance`: Linux works out the next number. */
export function dispatch(section: string, map: string, leaf: string, advance: boolean): string {
  const isLinux = section === 'tc';
  return `.map table prog_array key=4 value=4 entries=${SLOTS}
${map}
${repeat(SLOTS, (i) => `.slot table ${i} leaf${i}`)}
.section "${section}"
main:
r3 = *(u32 *)(r1 + 8)
${advance && isLinux ? NEXT_NUMBER : ''}
r2 = map[table] ll
call tail_call
r0 = 1
exit
${repeat(SLOTS, (i) => `.section "${section}"\nleaf${i}:\n${leaf}`)}`;
}

/** Counters of leaves in a hash. */
export const COUNTS = `.map counts hash key=4 value=8 entries=1024`;
/** Counts the number there. */
export const HASH_LEAF = `r3 = *(u32 *)(r1 + 8)
*(u32 *)(r10 - 4) = r3
r2 = r10
r2 += -4
r1 = map[counts] ll
call map_lookup_elem
if r0 == 0 goto +2
r1 = 1
lock *(u64 *)(r0 + 0) += r1
r0 = 0
exit`;
/** Counters in an array. */
export const PERCPU_COUNTS = `.map counts percpu_array key=4 value=8 entries=${SLOTS}`;
/** Counts the number there. */
export const PERCPU_LEAF = `r3 = *(u32 *)(r1 + 8)
*(u32 *)(r10 - 4) = r3
r2 = r10
r2 += -4
r1 = map[counts] ll
call map_lookup_elem
if r0 == 0 goto +3
r1 = *(u64 *)(r0 + 0)
r1 += 1
*(u64 *)(r0 + 0) = r1
r0 = 0
exit`;

/** Programs of which each jumps to the next. */
export function chain(section: string, index: (i: number) => string): string {
  return `.map table prog_array key=4 value=4 entries=64
${repeat(CHAIN, (i) => `.slot table ${i + 1} next${i + 1}`)}
.section "${section}"
main:
${index(0)}
r2 = map[table] ll
call tail_call
r0 = 1
exit
${repeat(CHAIN - 1, (i) => `.section "${section}"\nnext${i + 1}:\n${index(i + 1)}\nr2 = map[table] ll\ncall tail_call\nr0 = 1\nexit`)}
.section "${section}"
next${CHAIN}:
r0 = 0
exit`;
}

/** The same operation several times over. */
export function times(section: string, head: string, body: (i: number) => string): string {
  const [maps, before = ''] = head.split('---\n');
  return `${maps}\n.section "${section}"\nmain:\n${before}${repeat(TIMES, body)}\nr0 = 0\nexit`;
}

/** The same operation in a loop. */
export const round = (section: string, body: string): string =>
  `.section "${section}"\nmain:\nr6 = ${ROUNDS}\nagain:\n${body}\nr6 -= 1\nif r6 != 0 goto again\nr0 = 0\nexit`;

/** Looks a key up on the stack, and adds one. */
export const lookup = (map: string, keyAt: number): ((i: number) => string) => {
  return (i) => `r2 = r10
r2 += -${keyAt}
r1 = map[${map}] ll
call map_lookup_elem
if r0 == 0 goto no${i}
r1 = *(u64 *)(r0 + 0)
r1 += 1
*(u64 *)(r0 + 0) = r1
no${i}:`;
};
/** Updates an element. */
export const update = `r1 = map[hash] ll
r2 = r10
r2 += -4
r3 = r10
r3 += -16
r4 = 0
call map_update_elem`;
/** Deletes it. */
export const remove = `r1 = map[hash] ll
r2 = r10
r2 += -4
call map_delete_elem`;
/** A key on the stack. */
export const KEY4 = '*(u32 *)(r10 - 4) = 7\n';
/** A longer one. */
export const KEY16 = '*(u64 *)(r10 - 16) = 7\n*(u64 *)(r10 - 8) = 0\n';
/** 64 bytes on the stack. */
export const RECORD = repeat(8, (i) => `*(u64 *)(r10 - ${8 * (i + 1)}) = ${8 * (i + 1)}`);
/** A ring buffer. */
export const RING = `.map ring ringbuf key=0 value=0 entries=${RING_BYTES}`;
