// The samples in C: their files, linked against a kernel.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLES_FOLDER } from '../../backend/library/package-root.ts';
import {
  DEFAULT_KERNEL,
  linkObject,
  readObject,
  SAMPLES,
  type Kernel,
  type ObjectSpec,
} from '../../vm/index.ts';

/** All of them, by name. */
export const SAMPLE_NAMES: readonly string[] = Object.keys(SAMPLES);

/** Bytes of a file of a sample: 'objects/opensnoop.bpf.o'. */
export function sampleBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(join(SAMPLES_FOLDER, path)));
}

/** A sample as it is loaded on a kernel. */
export function linkSample(name: string, kernel: Kernel = DEFAULT_KERNEL): ObjectSpec {
  return linkObject(readObject(sampleBytes(SAMPLES[name]!.object), name), { kernel }).spec;
}
