// The values of one element on all CPUs, as bpf(2) passes them: one behind the other, each rounded up to 8 bytes.
import type { LinearMemory } from '../memory/linear.ts';
import type { ValueField } from '../object.ts';
import { roundUp8, type MapContext } from './map.ts';
import { copyValue, writeValue } from './value-fields.ts';

/** Where the values of one element are, and what they are like. */
export interface PercpuLayout {
  readonly cpus: number;
  readonly valueSize: number;
  /** Bytes from the value of a CPU to that of the next. */
  readonly stride: number;
  readonly fields: readonly ValueField[] | undefined;
}

/** Bytes of the values of all CPUs. */
export function percpuBytes(valueSize: number, cpus: number): number {
  return roundUp8(valueSize) * cpus;
}

/** A copy of all values; the first stands at `at`. */
export function copyPercpu(memory: LinearMemory, at: number, layout: PercpuLayout): Uint8Array {
  const { cpus, valueSize, stride, fields } = layout;
  const rounded = roundUp8(valueSize);
  const values = new Uint8Array(rounded * cpus);
  for (let cpu = 0; cpu < cpus; cpu++) {
    values.set(copyValue(memory, at + cpu * stride, rounded, fields), cpu * rounded);
  }
  return values;
}

/** Writes all values; the first stands at `at`. What the fields of the old ones hold, the caller lets go. */
export function writePercpu(
  memory: LinearMemory,
  at: number,
  values: Uint8Array,
  layout: PercpuLayout,
): void {
  const { cpus, valueSize, stride, fields } = layout;
  const rounded = roundUp8(valueSize);
  for (let cpu = 0; cpu < cpus; cpu++)
    writeValue(memory, at + cpu * stride, values, cpu * rounded, rounded, fields);
}

/** Makes the values of a new element: zeroes, and on `cpu` the given value. */
export function initPercpu(
  memory: LinearMemory,
  at: number,
  value: Uint8Array,
  valueAt: number,
  cpu: number,
  layout: PercpuLayout,
): void {
  const { cpus, valueSize, stride, fields } = layout;
  for (let other = 0; other < cpus; other++) {
    const to = at + other * stride;
    memory.u8.fill(0, to, to + roundUp8(valueSize));
    if (other === cpu) writeValue(memory, to, value, valueAt, valueSize, fields);
  }
}

/** Lets go of what the fields of all values hold; the first stands at `at`. */
export function releasePercpu(context: MapContext, at: number, { cpus, stride, fields }: PercpuLayout): void {
  if (fields === undefined) return;
  for (let cpu = 0; cpu < cpus; cpu++) context.released(fields, at + cpu * stride);
}
