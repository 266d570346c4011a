// Look-ups in hash maps: the chain of a bucket, and where the value of an element is.
import { HASH_HEAD } from '../../maps/hash-table.ts';
import type { PoolLayout, TableLayout } from '../../maps/layout.ts';
import { LRU_NODE } from '../../maps/lru-nodes.ts';
import { ADDRESS_HIGH } from '../../memory/linear.ts';
import { CELLS } from '../cells.ts';
import { CodeWriter, type Local } from '../wasm/code-writer.ts';
import type { FuncCode, FuncName } from '../wasm/types.ts';
import { CPU_LOOKUP_TYPE, LOOKUP_TYPE } from './maps-calls.ts';
import { writeHash } from './maps-hash.ts';
import { keyDiffers, loadKey, type Key } from './maps-words.ts';

/** Keys up to here are compared at once; of longer ones the hash is compared first. */
const MAX_DIRECT_BYTES = 8;

const HIGH = BigInt(ADDRESS_HIGH) << 32n;

/** Makes the offset on the stack, which is not 0, an address. */
export function addressOnStack(code: CodeWriter): CodeWriter {
  return code.op('i64_extend_i32_u').i64(HIGH).op('i64_or');
}

/** The address of a constant offset, as i64 on the stack. */
export function constantAddress(code: CodeWriter, offset: number): CodeWriter {
  return code.i64(HIGH | BigInt(offset));
}

/** What `findInChain` finds. */
export interface ChainLocals {
  readonly hash: Local;
  /** The element, 0 for none. */
  readonly element: Local;
  /** Where the element's offset stands: in its bucket, or in the element before it. Only where it is asked for. */
  readonly link?: Local;
}

/** Goes through the bucket of the hash to the element with the key. */
export function findInChain(code: CodeWriter, table: TableLayout, key: Key, found: ChainLocals): void {
  const { hash, element, link } = found;
  code
    .get(hash)
    .i32(table.buckets - 1)
    .op('i32_and')
    .i32(2)
    .op('i32_shl');
  if (link === undefined) code.mem('i32_load', table.bucketsAt);
  else code.i32(table.bucketsAt).op('i32_add').tee(link).mem('i32_load', 0);
  code.set(element);
  code.block().loop();
  code.get(element).op('i32_eqz').brIf(1);
  code.block();
  if (key.size > MAX_DIRECT_BYTES) {
    code.get(element).mem('i32_load', HASH_HEAD.hash);
    code.get(hash).op('i32_ne').brIf(0);
  }
  keyDiffers(code, key, element, table.pool.keySkip);
  code.op('i32_eqz').brIf(2);
  code.end();
  if (link !== undefined) code.get(element).i32(HASH_HEAD.next).op('i32_add').set(link);
  code.get(element).mem('i32_load', HASH_HEAD.next).set(element).br(0);
  code.end().end();
}

/** Leaves the offset of an element's value on the stack: of the CPU in a local, or of the one that runs. */
export function valueOf(code: CodeWriter, { value }: PoolLayout, element: Local, cpu?: Local): CodeWriter {
  code.get(element);
  if (value.kind === 'inside') return code.i32(value.skip).op('i32_add');
  code.mem('i32_load', value.skip);
  if (value.cpus === 1) return code;
  if (cpu === undefined) code.i32(0).mem('i32_load', CELLS.cpu);
  else code.get(cpu);
  return code.i32(value.stride).op('i32_mul').op('i32_add');
}

/** A look-up in a hash map. With `ofCpu`: in the values of the CPU that is given behind the key, which is one of the machine's. */
export function writeLookup(name: FuncName, table: TableLayout, keySize: number, ofCpu: boolean): FuncCode {
  const code = new CodeWriter(name, ofCpu ? CPU_LOOKUP_TYPE : LOOKUP_TYPE, ['key', 'cpu']);
  const hash = code.local('i32', 'hash');
  const element = code.local('i32', 'element');
  const key = loadKey(code, 0, keySize);
  writeHash(code, table.hash, key, hash);
  findInChain(code, table, key, { hash, element });
  code.get(element).if('i64');
  if (table.lru !== undefined)
    code
      .get(element)
      .i32(1)
      .mem('i32_store8', table.lru.nodeOff + LRU_NODE.ref);
  if (table.holds === 'map') {
    const inner = code.local('i32', 'inner');
    valueOf(code, table.pool, element).mem('i32_load', 0).tee(inner).if('i64');
    addressOnStack(code.get(inner)).else().i64(0).end();
  } else {
    addressOnStack(valueOf(code, table.pool, element, ofCpu ? 1 : undefined));
  }
  code.else().i64(0).end();
  return code.finish();
}
