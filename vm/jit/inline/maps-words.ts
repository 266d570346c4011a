// Keys and values, piece by piece: keys as words in locals, copies, fills and comparisons of a size that is known.
import type { CodeWriter, Local } from '../wasm/code-writer.ts';
import { MAX_UNROLLED, moveKnown, widthOf } from './copy.ts';

/** Keys up to here are loaded once and then stand in locals; longer ones are read in loops. */
const MAX_WORDS = 10;

/** A key at an offset, and its words as i32, the last one filled up with zeros: none where it is too long. */
export interface Key {
  readonly at: Local;
  readonly size: number;
  readonly words: readonly Local[];
}

/**
 * Loads the key at `at`. By words, since a program has most often just written it by words: a load of two words that were stored one by one waits until
 * both are in the cache.
 */
export function loadKey(code: CodeWriter, at: Local, size: number): Key {
  const words: Local[] = [];
  const count = Math.ceil(size / 4);
  for (let i = 0; i < (count > MAX_WORDS ? 0 : count); i++) {
    const word = code.local('i32', `key${i}`);
    words.push(word);
    loadWord(code, at, 4 * i, Math.min(4, size - 4 * i));
    code.set(word);
  }
  return { at, size, words };
}

/** Leaves the word of `bytes` (1 to 4) bytes behind `at` + `off` on the stack. */
export function loadWord(code: CodeWriter, at: Local, off: number, bytes: number): void {
  code.get(at).mem(bytes === 4 ? 'i32_load' : bytes === 1 ? 'i32_load8_u' : 'i32_load16_u', off);
  if (bytes === 3) {
    code.get(at).mem('i32_load8_u', off + 2);
    code.i32(16).op('i32_shl').op('i32_or');
  }
}

/** Copies `size` bytes from `from` to `to` + `toOff`. */
export function copyBytes(code: CodeWriter, to: Local, toOff: number, from: Local, size: number): void {
  moveKnown({ code }, { local: to, off: toOff }, { local: from, off: 0 }, size);
}

const ZEROES = { 8: 'i64_store', 4: 'i64_store32', 2: 'i64_store16', 1: 'i64_store8' } as const;

/** Zeroes `size` bytes at `to`. */
export function zeroBytes(code: CodeWriter, to: Local, size: number): void {
  if (size > MAX_UNROLLED) {
    code.get(to).i32(0).i32(size).fill();
    return;
  }
  for (let at = 0; at < size;) {
    const width = widthOf(size - at);
    code.get(to).i64(0).mem(ZEROES[width], at);
    at += width;
  }
}

/** Writes a key to `to` + `toOff`. */
export function storeKey(code: CodeWriter, key: Key, to: Local, toOff: number): void {
  if (key.words.length === 0) {
    copyBytes(code, to, toOff, key.at, key.size);
    return;
  }
  key.words.forEach((word, i) => {
    const bytes = Math.min(4, key.size - 4 * i);
    code
      .get(to)
      .get(word)
      .mem(bytes >= 4 ? 'i32_store' : bytes === 1 ? 'i32_store8' : 'i32_store16', toOff + 4 * i);
    if (bytes !== 3) return;
    code
      .get(to)
      .get(word)
      .i32(16)
      .op('i32_shr_u')
      .mem('i32_store8', toOff + 4 * i + 2);
  });
}

/** Leaves an i32 on the stack: other than 0 where the bytes at `at` + `off` are not the key's. */
export function keyDiffers(code: CodeWriter, key: Key, at: Local, off: number): void {
  const { words, size } = key;
  if (words.length === 0) return longDiffers(code, key, at, off);
  if (words.length === 1) {
    loadWord(code, at, off, size);
    code.get(words[0]!).op('i32_ne');
    return undefined;
  }
  // Pairs of words at once: what is in the map was written long ago.
  for (let i = 0; i < words.length; i += 2) {
    const bytes = Math.min(8, size - 4 * i);
    if (bytes === 8) {
      code.get(at).mem('i64_load', off + 4 * i);
      code.get(words[i]!).op('i64_extend_i32_u');
      code
        .get(words[i + 1]!)
        .op('i64_extend_i32_u')
        .i64(32)
        .op('i64_shl')
        .op('i64_or')
        .op('i64_xor');
    } else {
      for (let j = i; j < words.length; j++) {
        loadWord(code, at, off + 4 * j, Math.min(4, size - 4 * j));
        code.get(words[j]!).op('i32_xor');
        if (j > i) code.op('i32_or');
      }
      code.op('i64_extend_i32_u');
    }
    if (i > 0) code.op('i64_or');
  }
  code.i64(0).op('i64_ne');
  return undefined;
}

/** The same in a loop over words, the rest behind it. */
function longDiffers(code: CodeWriter, key: Key, at: Local, off: number): void {
  const { size } = key;
  const i = code.local('i32', 'i');
  const whole = size & ~3;
  code.i32(0).set(i);
  code.block('i32');
  code.loop();
  code.i32(1);
  code.get(at).get(i).op('i32_add').mem('i32_load', off);
  code.get(key.at).get(i).op('i32_add').mem('i32_load', 0);
  code.op('i32_ne').brIf(1).op('drop');
  code.get(i).i32(4).op('i32_add').tee(i).i32(whole).op('i32_ne').brIf(0);
  code.end();
  if (whole === size) {
    code.i32(0);
  } else {
    loadWord(code, at, off + whole, size - whole);
    loadWord(code, key.at, whole, size - whole);
    code.op('i32_ne');
  }
  code.end();
}
