// Helpers that call a function of the program many times: bpf_loop and bpf_for_each_map_elem. Each insn of the function counts against the run's budget,
// and so does each call.
// @see kernel/bpf/bpf_iter.c bpf_loop, bpf_for_each_map_elem; kernel/bpf/hashtab.c bpf_for_each_hash_elem; kernel/bpf/arraymap.c bpf_for_each_array_elem
import { ERRNO } from '../errno.ts';
import { MAX_FRAMES, MAX_LOOPS } from '../interp/frames.ts';
import { addressOf, KEYS_AT } from '../memory/linear.ts';
import type { Region } from '../memory/regions.ts';
import { setInt, type HelperContext, type HelperRun } from './context.ts';

/** Bytes from one array key to the next of a walk inside of it. */
const KEY_STRIDE = 16;

/** A walk looks at every bucket, the empty ones too: so many count as an insn. */
const SLOTS_AN_INSN = 64;

export const LOOP_HELPERS = {
  loop(context) {
    const { q, s } = context;
    const count = q[1]!;
    const ctx = q[3]!;
    const flags = q[4]!;
    if (flags !== 0n) return setInt(context, -ERRNO.EINVAL);
    // As the insns that Linux puts in the place of the call do it: the count is 64 bits wide, and the errno 32.
    if (count > BigInt(MAX_LOOPS)) {
      q[0] = BigInt.asUintN(32, BigInt(-ERRNO.E2BIG));
      return;
    }
    const callback = context.functionIn(2);
    const rounds = Number(count);
    for (let i = 0; i < rounds; i++) {
      s[1] = BigInt(i);
      q[2] = ctx;
      context.r.fill(0, 6, 12);
      context.callBack(callback);
      if (!isZero(context)) return setInt(context, i + 1);
    }
    setInt(context, rounds);
  },

  for_each_map_elem(context: HelperContext) {
    const { q } = context;
    const map = context.mapIn(1);
    const { walk, spec } = map;
    if (walk === undefined) {
      context.fault(
        'map',
        `R1 is the ${map.kind} ${spec.name}, and bpf_for_each_map_elem does not go through such maps`,
      );
    }
    const ctx = q[3]!;
    if (q[4] !== 0n) return setInt(context, -ERRNO.EINVAL);
    const callback = context.functionIn(2);
    context.charge(Math.floor(spec.maxEntries / SLOTS_AN_INSN));
    const key = new LentKey(spec.name, spec.keySize);
    context.lend(key);
    const mapAddress = q[1]!;
    const { cpu } = context;
    let elements = 0;
    for (let position = walk.next(0), after = 0; position !== 0; position = after) {
      // Before the call, which may take the element out and put another in its place.
      after = walk.next(position);
      key.moveTo(walk.keyAt(position) || putIndex(context, position - 1));
      q[1] = mapAddress;
      q[2] = addressOf(key.start);
      q[3] = addressOf(walk.valueAt(position, cpu));
      q[4] = ctx;
      q[5] = 0n;
      elements += 1;
      context.callBack(callback);
      if (!isZero(context)) break;
    }
    context.takeBack(key.start);
    setInt(context, elements);
  },
} as const satisfies Record<string, HelperRun>;

/** True when r0 is 0: the function wants to be called again. */
function isZero({ r }: HelperContext): boolean {
  return r[0] === 0 && r[1] === 0;
}

/** The key that a callback of a walk may read: one after the other. */
export class LentKey implements Region {
  readonly name: string;
  start = 0;
  end = 0;
  readonly stride: number;
  readonly skip = 0;
  readonly size: number;
  readonly read = true;
  readonly write = false;

  constructor(map: string, keySize: number) {
    this.name = `a key of map ${map}`;
    this.stride = keySize;
    this.size = keySize;
  }

  moveTo(at: number): void {
    this.start = at;
    this.end = at + this.size;
  }
}

/** Writes an index where the callback can read it, apart from those of the walks around this one: its offset. */
export function putIndex(context: HelperContext, index: number): number {
  const at = KEYS_AT + (context.depth % MAX_FRAMES) * KEY_STRIDE;
  context.memory.view.setUint32(at, index, true);
  return at;
}
