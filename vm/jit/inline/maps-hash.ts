// The hash of a key, as vm/maps has it: of hash-bytes.ts, of jenkins.ts, or the key itself.
import { HASH_ENDS, HASH_MIX_A, HASH_MIX_B, HASH_STEP, HASH_TURN } from '../../maps/hash-bytes.ts';
import { JENKINS } from '../../maps/jenkins.ts';
import type { TableLayout } from '../../maps/layout.ts';
import type { CodeWriter, Local } from '../wasm/code-writer.ts';
import { loadWord, type Key } from './maps-words.ts';

/** Puts the hash of a key, u32, into a local. */
export function writeHash(code: CodeWriter, by: TableLayout['hash'], key: Key, hash: Local): void {
  if (by === 'plain') plainHash(code, key, hash);
  else if (by === 'jenkins') writeJenkins(code, key, hash, () => code.i32(0));
  else code.get(key.words[0]!).set(hash);
}

/** Calls `take` with the words of a key in their order, each as what leaves it on the stack. A long key's whole words come in a loop. */
function eachWord(code: CodeWriter, key: Key, take: (push: () => void) => void): void {
  const { size } = key;
  for (const word of key.words) take(() => code.get(word));
  if (key.words.length > 0) return;
  const from = code.local('i32', 'from');
  const whole = size & ~3;
  code.get(key.at).set(from);
  code.loop();
  take(() => code.get(from).mem('i32_load', 0));
  code
    .get(from)
    .i32(4)
    .op('i32_add')
    .tee(from)
    .get(key.at)
    .i32(whole)
    .op('i32_add')
    .op('i32_ne')
    .brIf(0)
    .end();
  if (whole < size) take(() => loadWord(code, key.at, whole, size - whole));
}

function plainHash(code: CodeWriter, key: Key, hash: Local): void {
  code.i32(key.size).set(hash);
  eachWord(code, key, (push) => {
    push();
    code.i32(HASH_MIX_A).op('i32_mul').get(hash).op('i32_xor');
    code.i32(HASH_STEP).op('i32_mul').i32(HASH_TURN).op('i32_rotl').set(hash);
  });
  const fold = (shift: number): CodeWriter =>
    code.get(hash).get(hash).i32(shift).op('i32_shr_u').op('i32_xor');
  fold(HASH_ENDS.a).i32(HASH_MIX_A).op('i32_mul').set(hash);
  fold(HASH_ENDS.b).i32(HASH_MIX_B).op('i32_mul').set(hash);
  fold(HASH_ENDS.last).set(hash);
}

/** Lookup3 from the seed that `pushSeed` leaves on the stack, into a local. @see include/linux/jhash.h jhash */
export function writeJenkins(code: CodeWriter, key: Key, hash: Local, pushSeed: () => void): void {
  const { size } = key;
  const a = code.local('i32', 'a');
  const b = code.local('i32', 'b');
  const c = hash;
  const state = [a, b, c];
  code.i32(JENKINS.start + size);
  pushSeed();
  code.op('i32_add').tee(a).tee(b).set(c);
  // Blocks of three words; the last one, which may be short, is mixed otherwise.
  const rest = size % 12 === 0 ? 12 : size % 12;
  const blocks = (size - rest) / 12;
  const from = code.local('i32', 'from');
  code.get(key.at).set(from);
  if (blocks > 0) {
    const left = code.local('i32', 'left');
    code.i32(blocks).set(left);
    code.loop();
    state.forEach((word, i) => {
      code
        .get(word)
        .get(from)
        .mem('i32_load', 4 * i);
      code.op('i32_add').set(word);
    });
    mixBlocks(code, a, b, c);
    code.get(from).i32(12).op('i32_add').set(from);
    code.get(left).i32(1).op('i32_sub').tee(left).brIf(0).end();
  }
  for (let i = 0; 4 * i < rest; i++) {
    code.get(state[i]!);
    loadWord(code, from, 4 * i, Math.min(4, rest - 4 * i));
    code.op('i32_add').set(state[i]!);
  }
  mixEnd(code, a, b, c);
}

/** word = (word - other) ^ rotl(other, by); other += third; and so on round the three words. */
function mixBlocks(code: CodeWriter, a: Local, b: Local, c: Local): void {
  let [x, y, z] = [a, b, c];
  for (const by of JENKINS.mix) {
    code.get(x).get(z).op('i32_sub').get(z).i32(by).op('i32_rotl').op('i32_xor').set(x);
    code.get(z).get(y).op('i32_add').set(z);
    [x, y, z] = [y, z, x];
  }
}

function mixEnd(code: CodeWriter, a: Local, b: Local, c: Local): void {
  let [x, y, z] = [c, a, b];
  for (const by of JENKINS.end) {
    code.get(x).get(z).op('i32_xor').get(z).i32(by).op('i32_rotl').op('i32_sub').set(x);
    [x, y, z] = [y, z, x];
  }
}
