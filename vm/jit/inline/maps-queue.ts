// Maps without keys, as functions of the runtime: queues and stacks (a ring of values, see queue-stack.ts), and bloom filters (see bloom-filter.ts).
import { ERRNO } from '../../errno.ts';
import type { BloomLayout, RingLayout } from '../../maps/layout.ts';
import { UPDATE_FLAGS } from '../../maps/types.ts';
import { CodeWriter, type Local } from '../wasm/code-writer.ts';
import type { FuncCode, FuncName } from '../wasm/types.ts';
import { answer, PUSH_TYPE, TAKE_TYPE } from './maps-calls.ts';
import { loadAt } from './maps-chain.ts';
import { writeJenkins } from './maps-hash.ts';
import { copyBytes, zeroBytes } from './maps-words.ts';

const [VALUE, FLAGS] = [0, 1] as const;

function pushWriter(name: FuncName): CodeWriter {
  return new CodeWriter(name, PUSH_TYPE, ['value', 'flags']);
}

/** Sets a local to the index behind another. */
function setAfter(code: CodeWriter, ring: RingLayout, index: Local, to: Local): void {
  code
    .i32(0)
    .get(index)
    .i32(1)
    .op('i32_add')
    .tee(to)
    .get(to)
    .i32(ring.cells)
    .op('i32_eq')
    .op('select')
    .set(to);
}

/** Sets a local to the offset of the cell of an index. */
function setCell(code: CodeWriter, ring: RingLayout, index: Local, to: Local): void {
  code.get(index).i32(ring.stride).op('i32_mul').i32(ring.cellsAt).op('i32_add').set(to);
}

export function writePush(name: FuncName, ring: RingLayout, valueSize: number): FuncCode {
  const code = pushWriter(name);
  const head = code.local('i32', 'head');
  const tail = code.local('i32', 'tail');
  const after = code.local('i32', 'after');
  const cell = code.local('i32', 'cell');
  code.get(FLAGS).i32(UPDATE_FLAGS.exist).op('i32_gt_u');
  code.get(FLAGS).i32(UPDATE_FLAGS.noexist).op('i32_eq').op('i32_or').if();
  answer(code, -ERRNO.EINVAL);
  code.end();
  loadAt(code, ring.headAt).set(head);
  loadAt(code, ring.tailAt).set(tail);
  setAfter(code, ring, head, after);
  code.get(after).get(tail).op('i32_eq').if();
  code.get(FLAGS).i32(UPDATE_FLAGS.exist).op('i32_ne').if();
  answer(code, -ERRNO.E2BIG);
  code.end();
  setAfter(code, ring, tail, tail); // the oldest makes room
  code.i32(0).get(tail).mem('i32_store', ring.tailAt).end();
  setCell(code, ring, head, cell);
  copyBytes(code, cell, 0, VALUE, valueSize);
  code.i32(0).get(after).mem('i32_store', ring.headAt).i64(0);
  return code.finish();
}

/** Pop or, where the value stays, peek. */
export function writeTake(
  name: FuncName,
  ring: RingLayout,
  valueSize: number,
  from: 'queue' | 'stack',
  stays: boolean,
): FuncCode {
  const code = new CodeWriter(name, TAKE_TYPE, ['into']);
  const head = code.local('i32', 'head');
  const tail = code.local('i32', 'tail');
  const cell = code.local('i32', 'cell');
  loadAt(code, ring.headAt).tee(head);
  loadAt(code, ring.tailAt).tee(tail).op('i32_eq').if();
  zeroBytes(code, VALUE, valueSize);
  answer(code, -ERRNO.ENOENT);
  code.end();
  if (from === 'stack') {
    code.i32(ring.cells).get(head).get(head).op('i32_eqz').op('select').i32(1).op('i32_sub').set(head);
  }
  setCell(code, ring, from === 'queue' ? tail : head, cell);
  copyBytes(code, VALUE, 0, cell, valueSize);
  if (!stays) {
    if (from === 'queue') setAfter(code, ring, tail, tail);
    code.i32(0).get(from === 'queue' ? tail : head);
    code.mem('i32_store', from === 'queue' ? ring.tailAt : ring.headAt);
  }
  code.i64(0);
  return code.finish();
}

/** Goes through the bits of the value; `take` is called with locals of the offset of a bit's byte and of the bit in it. */
function eachBit(
  code: CodeWriter,
  bloom: BloomLayout,
  valueSize: number,
  take: (byteAt: Local, mask: Local) => void,
): void {
  const seed = code.local('i32', 'seed');
  const bit = code.local('i32', 'bit');
  const mask = code.local('i32', 'mask');
  code.loop();
  writeJenkins(code, { at: VALUE, size: valueSize, words: [] }, bit, () => code.get(seed));
  code
    .get(bit)
    .i32(bloom.bits - 1)
    .op('i32_and')
    .set(bit);
  code.i32(1).get(bit).i32(7).op('i32_and').op('i32_shl').set(mask);
  code.get(bit).i32(3).op('i32_shr_u').set(bit);
  take(bit, mask);
  code.get(seed).i32(1).op('i32_add').tee(seed).i32(bloom.hashes).op('i32_ne').brIf(0).end();
}

export function writeBloomPush(name: FuncName, bloom: BloomLayout, valueSize: number): FuncCode {
  const code = pushWriter(name);
  code.get(FLAGS).if();
  answer(code, -ERRNO.EINVAL);
  code.end();
  eachBit(code, bloom, valueSize, (at, mask) => {
    code
      .get(at)
      .get(at)
      .mem('i32_load8_u', bloom.bitsAt)
      .get(mask)
      .op('i32_or')
      .mem('i32_store8', bloom.bitsAt);
  });
  code.i32(0);
  loadAt(code, bloom.countAt).i32(1).op('i32_add').mem('i32_store', bloom.countAt).i64(0);
  return code.finish();
}

export function writeBloomPeek(name: FuncName, bloom: BloomLayout, valueSize: number): FuncCode {
  const code = new CodeWriter(name, TAKE_TYPE, ['value']);
  eachBit(code, bloom, valueSize, (at, mask) => {
    code.get(at).mem('i32_load8_u', bloom.bitsAt).get(mask).op('i32_and').op('i32_eqz').if();
    answer(code, -ERRNO.ENOENT);
    code.end();
  });
  code.i64(0);
  return code.finish();
}
