// Look-ups in an lpm_trie: down the trie as long as the prefixes of its nodes are the key's, see trie.ts.
import type { TrieLayout } from '../../maps/layout.ts';
import { NODE, PREFIX_BYTES } from '../../maps/trie-nodes.ts';
import { CodeWriter, type Local } from '../wasm/code-writer.ts';
import type { FuncCode, FuncName } from '../wasm/types.ts';
import { LOOKUP_TYPE } from './maps-calls.ts';
import { loadAt } from './maps-chain.ts';
import { addressOnStack } from './maps-table.ts';

/** Locals of the look-up. */
interface TrieLocals {
  readonly key: Local;
  readonly node: Local;
  /** Bits that key and node must have in common, and bits that they surely have. */
  readonly limit: Local;
  readonly known: Local;
}

export function writeTrieLookup(name: FuncName, trie: TrieLayout, keySize: number): FuncCode {
  const code = new CodeWriter(name, LOOKUP_TYPE, ['key']);
  const key = 0;
  const prefixLen = code.local('i32', 'prefixLen');
  const node = code.local('i32', 'node');
  const found = code.local('i32', 'found');
  const length = code.local('i32', 'length');
  const known = code.local('i32', 'known');
  const dataBytes = keySize - PREFIX_BYTES;
  code.get(key).mem('i32_load', 0).tee(prefixLen);
  code
    .i32(8 * dataBytes)
    .op('i32_gt_u')
    .if()
    .i64(0)
    .op('return')
    .end();
  loadAt(code, trie.rootAt).set(node);
  code.block().loop();
  code.get(node).op('i32_eqz').brIf(1);
  // A prefix that is longer than the key's does not match.
  code.get(node).mem('i32_load', NODE.prefixLen).tee(length).get(prefixLen).op('i32_gt_u').brIf(1);
  writeDiffers(code, { key, node, limit: length, known }, dataBytes);
  code.brIf(1);
  code.get(length).set(known);
  code.get(node).get(found).get(node).mem('i32_load', NODE.isFork).op('i32_eqz').op('select').set(found);
  code
    .get(length)
    .i32(8 * dataBytes)
    .op('i32_eq')
    .brIf(1);
  // The child for the bit of the key behind the prefix; the highest bit of a byte is the first.
  code.get(node);
  code.get(key).get(length).i32(3).op('i32_shr_u').op('i32_add').mem('i32_load8_u', PREFIX_BYTES);
  code.get(length).i32(7).op('i32_and').i32(7).op('i32_xor').op('i32_shr_u').i32(1).op('i32_and');
  code.i32(2).op('i32_shl').op('i32_add').mem('i32_load', NODE.child).set(node);
  code.br(0).end().end();
  code.get(found).if('i64');
  addressOnStack(code.get(found).i32(trie.valueSkip).op('i32_add')).else().i64(0).end();
  return code.finish();
}

/** Leaves on the stack whether the first `limit` bits of key and node differ. Word by word where data are words, else byte by byte. */
function writeDiffers(code: CodeWriter, { key, node, limit, known }: TrieLocals, dataBytes: number): void {
  const width = dataBytes % 4 === 0 ? 4 : 1;
  const at = code.local('i32', 'at');
  const both = code.local('i32', 'both');
  const load = width === 4 ? 'i32_load' : 'i32_load8_u';
  const bits = 8 * width;
  // Offset of the piece that the first bit which is not known stands in.
  code.get(known).i32(Math.log2(bits)).op('i32_shr_u').i32(Math.log2(width)).op('i32_shl').set(at);
  code.block('i32').loop();
  code.i32(0);
  code.get(at).i32(3).op('i32_shl').get(limit).op('i32_ge_u').brIf(1).op('drop');
  code.get(node).get(at).op('i32_add').mem(load, NODE.data);
  code.get(key).get(at).op('i32_add').mem(load, PREFIX_BYTES).op('i32_xor').tee(both).if();
  // The first bit that differs: one within the limit?
  code.get(at).i32(3).op('i32_shl');
  if (width === 4) swapBytes(code, both);
  else code.get(both).i32(24).op('i32_shl');
  code.op('i32_clz').op('i32_add').get(limit).op('i32_lt_u').br(2);
  code.end();
  code.get(at).i32(width).op('i32_add').set(at).br(0);
  code.end().op('unreachable').end();
}

/** Leaves a word on the stack with its first byte as the highest. */
function swapBytes(code: CodeWriter, word: Local): void {
  code.get(word).i32(8).op('i32_rotl').i32(0x00ff_00ff).op('i32_and');
  code.get(word).i32(8).op('i32_rotr').i32(0xff00_ff00).op('i32_and').op('i32_or');
}
