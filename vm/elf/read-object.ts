// The loader's first half: from the bytes of an ELF file to what the object holds.
import type { ObjectFile } from './object-file.ts';

/** Reads an object. Throws LoadError 'elf' or 'btf' with section and offset for bytes that are no BPF object, and for objects that make no sense. */
export function readObject(_bytes: Uint8Array, _name: string): ObjectFile {
  throw new Error('not built');
}
