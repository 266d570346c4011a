// CPU masks: struct bpf_cpumask, 8 bytes of bits (a machine has 64 CPUs at most) and a count of references that nobody reads.
// @see kernel/bpf/cpumask.c
import { ERRNO } from '../errno.ts';
import { hexAddress } from '../interp/fault.ts';
import type { ObjectType } from '../object.ts';
import { offsetIn, setAddress, setInt, sizeIn, type HelperContext, type HelperRun } from './context.ts';

const MASK_BYTES = 8;
const CPUMASK: ObjectType = { id: 0, name: 'bpf_cpumask', bytes: 16, isReadonly: true };

export const CPUMASK_KFUNCS = {
  bpf_cpumask_create: (context) => setAddress(context, context.heap.make(CPUMASK)),
  bpf_cpumask_acquire(context) {
    const at = ownMask(context, 1);
    context.heap.hold(at);
    setAddress(context, at);
  },
  bpf_cpumask_release: (context) => context.heap.drop(ownMask(context, 1)),

  bpf_cpumask_first: (context) => setInt(context, firstOf(context, bitsIn(context, 1))),
  bpf_cpumask_first_zero: (context) => setInt(context, firstOf(context, ~bitsIn(context, 1) & all(context))),
  bpf_cpumask_first_and: (context) =>
    setInt(context, firstOf(context, bitsIn(context, 1) & bitsIn(context, 2))),

  bpf_cpumask_set_cpu(context) {
    change(context, 2, (bits) => bits | cpuBit(context));
  },
  bpf_cpumask_clear_cpu(context) {
    change(context, 2, (bits) => bits & ~cpuBit(context));
  },
  bpf_cpumask_test_cpu: (context) => setBool(context, (bitsIn(context, 2) & cpuBit(context)) !== 0n),
  bpf_cpumask_test_and_set_cpu(context) {
    setBool(context, (change(context, 2, (bits) => bits | cpuBit(context)) & cpuBit(context)) !== 0n);
  },
  bpf_cpumask_test_and_clear_cpu(context) {
    setBool(context, (change(context, 2, (bits) => bits & ~cpuBit(context)) & cpuBit(context)) !== 0n);
  },
  bpf_cpumask_setall(context) {
    change(context, 1, () => all(context));
  },
  bpf_cpumask_clear(context) {
    change(context, 1, () => 0n);
  },

  bpf_cpumask_and(context) {
    const bits = bitsIn(context, 2) & bitsIn(context, 3);
    change(context, 1, () => bits);
    setBool(context, bits !== 0n);
  },
  bpf_cpumask_or(context) {
    change(context, 1, () => bitsIn(context, 2) | bitsIn(context, 3));
  },
  bpf_cpumask_xor(context) {
    change(context, 1, () => bitsIn(context, 2) ^ bitsIn(context, 3));
  },
  bpf_cpumask_copy(context) {
    change(context, 1, () => bitsIn(context, 2));
  },

  bpf_cpumask_equal: (context) => setBool(context, bitsIn(context, 1) === bitsIn(context, 2)),
  bpf_cpumask_intersects: (context) => setBool(context, (bitsIn(context, 1) & bitsIn(context, 2)) !== 0n),
  bpf_cpumask_subset: (context) => setBool(context, (bitsIn(context, 1) & ~bitsIn(context, 2)) === 0n),
  bpf_cpumask_empty: (context) => setBool(context, bitsIn(context, 1) === 0n),
  bpf_cpumask_full: (context) => setBool(context, bitsIn(context, 1) === all(context)),
  bpf_cpumask_weight(context) {
    let count = 0;
    for (let bits = bitsIn(context, 1); bits !== 0n; bits &= bits - 1n) count += 1;
    setInt(context, count);
  },

  bpf_cpumask_any_distribute: (context) => setInt(context, nextOf(context, bitsIn(context, 1))),
  bpf_cpumask_any_and_distribute(context) {
    setInt(context, nextOf(context, bitsIn(context, 1) & bitsIn(context, 2)));
  },
  bpf_cpumask_populate(context) {
    const size = sizeIn(context, 3);
    const from = context.range(2, size, false);
    if (size < MASK_BYTES) return setInt(context, -ERRNO.EACCES);
    const bits = context.memory.view.getBigUint64(from, true);
    change(context, 1, () => bits & all(context));
    setInt(context, 0);
  },
} as const satisfies Record<string, HelperRun>;

/** Offset of the mask that a program made, whose address is in `reg`. */
function ownMask(context: HelperContext, reg: number): number {
  const at = offsetIn(context, reg);
  if (context.heap.typeAt(at) === CPUMASK) return at;
  return context.fault('object', `R${reg} is ${hexAddress(context.q[reg]!)}, where no CPU mask begins`);
}

/** The CPUs of the mask in `reg`, which may be any that can be read. */
function bitsIn(context: HelperContext, reg: number): bigint {
  const at = context.range(reg, MASK_BYTES, false);
  return context.memory.view.getBigUint64(at, true) & all(context);
}

/** Changes the mask in `reg`, one of the program's own; what it held before. */
function change(context: HelperContext, reg: number, by: (bits: bigint) => bigint): bigint {
  const at = ownMask(context, reg);
  const { view } = context.memory;
  const before = view.getBigUint64(at, true);
  view.setBigUint64(at, by(before), true);
  return before;
}

/** All CPUs of the machine. */
function all({ cpus }: HelperContext): bigint {
  return (1n << BigInt(cpus)) - 1n;
}

/** The bit of the CPU in r1; none for one that the machine does not have. */
function cpuBit({ r, cpus }: HelperContext): bigint {
  const cpu = r[2]! >>> 0;
  return cpu < cpus ? 1n << BigInt(cpu) : 0n;
}

function firstOf({ cpus }: HelperContext, bits: bigint, from = 0): number {
  for (let cpu = from; cpu < cpus; cpu++) if ((bits >> BigInt(cpu)) & 1n) return cpu;
  return cpus;
}

/** The CPU behind the one that was chosen last, from the start again where there is none. */
function nextOf(context: HelperContext, bits: bigint): number {
  const { cpus, heap } = context;
  const behind = firstOf(context, bits, heap.lastCpu + 1);
  const cpu = behind < cpus ? behind : firstOf(context, bits);
  if (cpu < cpus) heap.lastCpu = cpu;
  return cpu;
}

function setBool(context: HelperContext, value: boolean): void {
  setInt(context, value ? 1 : 0);
}
