// Updates and removals in hash and percpu_hash, as functions of the runtime. The order of what is looked at, and so of the errors, is that of vm/maps.
import { ERRNO } from '../../errno.ts';
import type { TableLayout, ValuePlace } from '../../maps/layout.ts';
import { roundUp8 } from '../../maps/map.ts';
import { hasFlag, UPDATE_FLAGS } from '../../maps/types.ts';
import type { MapSpec } from '../../object.ts';
import { CELLS } from '../cells.ts';
import { CodeWriter, type Local } from '../wasm/code-writer.ts';
import type { FuncCode, FuncName } from '../wasm/types.ts';
import { answer, checkFlags, LEFT, refuseFlags, REMOVE_TYPE, UPDATE, updateWriter } from './maps-calls.ts';
import {
  countElements,
  giveElement,
  linkElement,
  loadAt,
  setBucket,
  takeElement,
  unlinkElement,
  type Linked,
} from './maps-chain.ts';
import { writeHash } from './maps-hash.ts';
import { findInChain, valueOf } from './maps-table.ts';
import { copyBytes, loadKey, storeKey, zeroBytes, type Key } from './maps-words.ts';

/** What an update of a table has at hand. */
export interface TableUpdate extends Linked {
  readonly code: CodeWriter;
  readonly table: TableLayout;
  readonly spec: MapSpec;
  readonly key: Key;
  /** The element with the key, 0 for none, and where its offset stands. */
  readonly old: Local;
  readonly link: Local;
}

/** Begins an update: flags are known, and the hash of the key. */
export function beginUpdate(name: FuncName, table: TableLayout, spec: MapSpec): TableUpdate {
  const code = updateWriter(name);
  const local = (what: string): Local => code.local('i32', what);
  const hash = local('hash');
  const update = {
    element: local('element'),
    hash,
    bucket: local('bucket'),
    old: local('old'),
    link: local('link'),
  };
  checkFlags(code);
  const key = loadKey(code, UPDATE.key, spec.keySize);
  writeHash(code, table.hash, key, hash);
  setBucket(code, table, update);
  return { code, table, spec, key, ...update };
}

/** Looks for the key. */
export function findOld({ code, table, key, hash, old, link }: TableUpdate): void {
  findInChain(code, table, key, { hash, element: old, link });
}

/** Writes the value to `to` + `toOff`. */
export function writeValue({ code, spec }: TableUpdate, to: Local, toOff: number): void {
  copyBytes(code, to, toOff, UPDATE.value, spec.valueSize);
}

/** An update of a hash: the new value comes in another element, which takes the old one's place. */
export function writeHashUpdate(name: FuncName, table: TableLayout, spec: MapSpec): FuncCode {
  const update = beginUpdate(name, table, spec);
  const { code, key, element, old, link } = update;
  const { pool, sparesAt } = table;
  const { value, keySkip } = pool;
  const valueSkip = value.skip;
  const spare = code.local('i32', 'spare');
  findOld(update);
  code.get(old).if();
  refuseFlags(code, UPDATE_FLAGS.noexist, () => answer(code, -ERRNO.EEXIST));
  if (sparesAt === undefined) {
    takeElement(code, pool, element, () => answerFull(code, spec));
  } else {
    loadAt(code, CELLS.cpu).i32(2).op('i32_shl').i32(sparesAt).op('i32_add').tee(spare);
    code.mem('i32_load', 0).set(element);
  }
  storeKey(code, key, element, keySkip);
  writeValue(update, element, valueSkip);
  // Where the old one is the first, taking it out first leaves what the new one is followed by.
  unlinkElement(code, old, link);
  linkElement(code, update);
  if (sparesAt === undefined) giveElement(code, pool, old);
  else code.get(spare).get(old).mem('i32_store', 0);
  code.else();
  takeNew(update);
  storeKey(code, key, element, keySkip);
  writeValue(update, element, valueSkip);
  linkElement(code, update);
  countElements(code, table, 1);
  code.end().i64(0);
  return code.finish();
}

/** An unused element for a key that is not there. */
function takeNew({ code, table, spec, element }: TableUpdate): void {
  refuseFlags(code, UPDATE_FLAGS.exist, () => answer(code, -ERRNO.ENOENT));
  loadAt(code, table.entriesAt).i32(spec.maxEntries).op('i32_ge_u').if();
  answer(code, -ERRNO.E2BIG);
  code.end();
  takeElement(code, table.pool, element, () => answerFull(code, spec));
}

/** The pool has no element: JavaScript makes more, of a map that grows. */
function answerFull(code: CodeWriter, spec: MapSpec): void {
  answer(code, hasFlag(spec.flags, 'no_prealloc') ? LEFT : -ERRNO.ENOMEM);
}

/** An update of a percpu_hash: an old element's value of the CPU is overwritten where it is. */
export function writePercpuHashUpdate(name: FuncName, table: TableLayout, spec: MapSpec): FuncCode {
  const update = beginUpdate(name, table, spec);
  const { code, key, element, old } = update;
  findOld(update);
  code.get(old).if();
  refuseFlags(code, UPDATE_FLAGS.noexist, () => answer(code, -ERRNO.EEXIST));
  writeOfCpu(update, old);
  answer(code, 0);
  code.end();
  takeNew(update);
  storeKey(code, key, element, table.pool.keySkip);
  linkElement(code, update);
  countElements(code, table, 1);
  writeOfAll(update, element);
  code.i64(0);
  return code.finish();
}

/** Writes the value of the CPU that runs. */
export function writeOfCpu(update: TableUpdate, element: Local): void {
  const { code, table } = update;
  const to = code.local('i32', 'to');
  valueOf(code, table.pool, element).set(to);
  writeValue(update, to, 0);
}

/** Makes the values of a new element: zeroes, and the value for the CPU that runs. One after the other: the value may be what an element had that was removed. */
export function writeOfAll(update: TableUpdate, element: Local): void {
  const { code, table, spec } = update;
  const { stride, cpus, skip } = percpuPlace(table.pool.value);
  const size = roundUp8(spec.valueSize);
  const to = code.local('i32', 'to');
  const cpu = code.local('i32', 'cpu');
  code.get(element).mem('i32_load', skip).set(to);
  if (cpus > 1) code.i32(0).set(cpu).loop();
  zeroBytes(code, to, size);
  if (cpus > 1) {
    code.get(cpu);
    loadAt(code, CELLS.cpu).op('i32_eq').if();
  }
  writeValue(update, to, 0);
  if (cpus === 1) return;
  code.end();
  code.get(to).i32(stride).op('i32_add').set(to);
  code.get(cpu).i32(1).op('i32_add').tee(cpu).i32(cpus).op('i32_ne').brIf(0).end();
}

function percpuPlace(place: ValuePlace): ValuePlace & { kind: 'percpu' } {
  if (place.kind === 'percpu') return place;
  throw new Error('the map has one value for all CPUs');
}

/** A removal from a hash map; `give` writes how an element that is in no bucket is given back. */
export function writeRemove(
  name: FuncName,
  table: TableLayout,
  keySize: number,
  give: (code: CodeWriter, element: Local) => void,
): FuncCode {
  const code = new CodeWriter(name, REMOVE_TYPE, ['key']);
  const hash = code.local('i32', 'hash');
  const element = code.local('i32', 'element');
  const link = code.local('i32', 'link');
  const key = loadKey(code, 0, keySize);
  writeHash(code, table.hash, key, hash);
  findInChain(code, table, key, { hash, element, link });
  code.get(element).op('i32_eqz').if();
  answer(code, -ERRNO.ENOENT);
  code.end();
  unlinkElement(code, element, link);
  countElements(code, table, -1);
  give(code, element);
  code.i64(0);
  return code.finish();
}
