// Programs that are scripts: the kernel runs what their first line names, and a recording shows that only later, when the interpreter reads them.
import { RECORD_KINDS } from '../../event.ts';
import type { Call } from './call.ts';
import { bytesOf, lastName, latin1, sameBytes } from './path.ts';

/** Records that are looked at: an interpreter starts, is linked, and reads its script within far fewer. */
const LOOK_AHEAD = 4096;
const HASH = 0x23;
const BANG = 0x21;
const HASH_BANG = /^#![ \t]*([^ \t\n]+)[ \t]*([^\n]*?)[ \t]*\n/s;

/** What a script is run by: a path, and an argument if its first line has one. */
export interface Interpreter {
  readonly path: Uint8Array;
  readonly arg: Uint8Array | undefined;
}

/**
 * The interpreter of a program that has just been executed, if its thread reads a first line that says so from a file of that name, in the block of
 * the call; 'cut': not all of that line was read at once. Undefined for what is no script, and for scripts that are not seen to be read.
 */
export function scriptInterpreter(call: Call, program: Uint8Array): Interpreter | 'cut' | undefined {
  const { block, row, recording } = call;
  const { strings } = recording;
  const tid = block.tid[row]!;
  const name = lastName(program);
  const last = Math.min(block.count, row + LOOK_AHEAD);
  const opened = new Set<number>();
  for (let next = row + 1; next < last; next++) {
    if (block.tid[next] !== tid || block.kind[next] !== RECORD_KINDS.call.code) continue;
    const called = recording.syscalls[block.sys[next]!]?.name ?? '';
    const first = block.memStart[next]!;
    if (called === 'execve' || called === 'execveat') return undefined;
    if (first === block.memStart[next + 1]! || block.errno[next] !== 0) continue;
    const bytes = strings.bytes(block.memBytes[first]!);
    if (called === 'openat' || called === 'open') {
      if (sameBytes(lastName(bytes), name)) opened.add(Number(block.ret[next]!));
    } else if ((called === 'read' || called === 'pread64') && opened.has(Number(block.args[next * 6]!))) {
      const line = HASH_BANG.exec(latin1(bytes.subarray(0, 256)));
      if (line === null) return bytes[0] === HASH && bytes[1] === BANG ? 'cut' : undefined;
      return { path: bytesOf(line[1]!), arg: line[2] === '' ? undefined : bytesOf(line[2]!) };
    }
  }
  return undefined;
}
