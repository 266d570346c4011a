// The loader's second half: an object meets a kernel. CO-RE, externs and subprograms are settled; what comes out can be loaded.
import type { Kernel } from '../kernel/kernel.ts';
import type { ObjectSpec } from '../object.ts';
import type { CoreOutcome } from './core/relocate.ts';
import type { ObjectFile } from './object-file.ts';

export interface LinkOptions {
  readonly kernel: Kernel;
  /** CPUs of the machine: maps that have one entry a CPU are made that long. Default 1. */
  readonly cpus?: number;
  /** Global variables to set before load, by name: numbers, texts (char arrays), or bytes. */
  readonly globals?: Readonly<Record<string, bigint | boolean | string | Uint8Array>>;
  /** Names of the programs to load; default those whose section does not begin with '?'. */
  readonly only?: readonly string[];
}

/** An object that can be loaded, and how it came to be so. */
export interface LinkedObject {
  readonly spec: ObjectSpec;
  /** By program. */
  readonly core: ReadonlyMap<string, readonly CoreOutcome[]>;
}

/** Throws LoadError: 'core', 'extern'; 'map' for a variable that is not there or does not take its value. */
export function linkObject(_file: ObjectFile, _options: LinkOptions): LinkedObject {
  throw new Error('not built');
}
