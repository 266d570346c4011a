// What a hook writes into linear memory from the numbers of a call, as data: the machine does it step by step at a point, and jit/batch makes code of it.
import type { LinearMemory } from '../memory/linear.ts';
import type { SyscallPoint } from './point.ts';
import { writeLong } from './pt-regs.ts';

/** A step; `at` is an offset in linear memory, and numbers are little endian. */
export type FillStep =
  /** Zeroes; `at` and `bytes` are multiples of 8. */
  | { readonly kind: 'zero'; readonly at: number; readonly bytes: number }
  /** A u64 that is the same at each call: an address, a constant argument. */
  | { readonly kind: 'constant'; readonly at: number; readonly value: bigint }
  /** The call's number, -1 where it is unknown: 4 bytes, 8 with zeroes in the upper half, or 8 as a long. */
  | { readonly kind: 'int_nr'; readonly at: number }
  | { readonly kind: 'u64_nr'; readonly at: number }
  | { readonly kind: 'long_nr'; readonly at: number }
  /** AUDIT_ARCH_* of the call, 4 bytes. */
  | { readonly kind: 'audit'; readonly at: number }
  /** Arguments of the call from `first` on, 8 bytes each. */
  | { readonly kind: 'args'; readonly at: number; readonly first: number; readonly count: number }
  /** An argument with bits set, 8 bytes. */
  | { readonly kind: 'arg_or'; readonly at: number; readonly arg: number; readonly or: bigint }
  /** The call's result, 8 bytes. */
  | { readonly kind: 'ret'; readonly at: number };

/** Does what a step says. */
type StepFill = (memory: LinearMemory, point: SyscallPoint) => void;
type StepOf<Kind extends FillStep['kind']> = Extract<FillStep, { readonly kind: Kind }>;

const DOERS: { readonly [Kind in FillStep['kind']]: (step: StepOf<Kind>) => StepFill } = {
  zero:
    ({ at, bytes }) =>
    ({ u8 }) => {
      u8.fill(0, at, at + bytes);
    },
  constant({ at, value }) {
    // Taken apart once, so that no event makes a bigint.
    const low = Number(BigInt.asUintN(32, value));
    const high = Number(BigInt.asUintN(32, value >> 32n));
    return ({ view }) => {
      view.setUint32(at, low, true);
      view.setUint32(at + 4, high, true);
    };
  },
  int_nr:
    ({ at }) =>
    ({ view }, { nr }) =>
      view.setInt32(at, nr, true),
  u64_nr:
    ({ at }) =>
    ({ view }, { nr }) => {
      view.setInt32(at, nr, true);
      view.setInt32(at + 4, 0);
    },
  long_nr:
    ({ at }) =>
    ({ view }, { nr }) =>
      writeLong(view, at, nr),
  audit:
    ({ at }) =>
    ({ view }, { audit }) =>
      view.setUint32(at, audit, true),
  args({ at, first, count }) {
    const from = 8 * first;
    const bytes = 8 * count;
    return ({ u8 }, { args }) => {
      for (let i = 0; i < bytes; i++) u8[at + i] = args[from + i]!;
    };
  },
  arg_or({ at, arg, or }) {
    const low = Number(BigInt.asIntN(32, or));
    const high = Number(BigInt.asIntN(32, or >> 32n));
    return ({ view }, { args }) => {
      const from = new DataView(args.buffer, args.byteOffset + 8 * arg);
      view.setInt32(at, from.getInt32(0, true) | low, true);
      view.setInt32(at + 4, from.getInt32(4, true) | high, true);
    };
  },
  ret:
    ({ at }) =>
    ({ view }, { ret }) =>
      view.setBigInt64(at, ret, true),
};

/** What does the steps one after the other. */
export function fillerOf(steps: readonly FillStep[]): StepFill {
  const fills = steps.map(doerOf);
  return (memory, point) => {
    for (const fill of fills) fill(memory, point);
  };
}

function doerOf<Kind extends FillStep['kind']>(step: StepOf<Kind>): StepFill {
  const doer = DOERS[step.kind];
  return doer(step);
}
