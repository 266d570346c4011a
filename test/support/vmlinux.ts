// The types of this machine's kernel, read by vm/btf.
import { readFileSync } from 'node:fs';
import type { Btf } from '../../vm/btf/btf.ts';
import { parseBtf } from '../../vm/btf/parse.ts';

let known: { readonly btf: Btf | undefined } | undefined;

/** Undefined where the kernel does not tell of its types. Read once. */
export function vmlinux(): Btf | undefined {
  known ??= { btf: read() };
  return known.btf;
}

function read(): Btf | undefined {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync('/sys/kernel/btf/vmlinux');
  } catch {
    return undefined;
  }
  return parseBtf(bytes, 'vmlinux');
}
