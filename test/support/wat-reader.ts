// Reads functions of WebAssembly text, one insn a line, back into code: what a text leaves out is missed here.
import { CodeWriter, type BlockType, type Local } from '../../vm/jit/wasm/code-writer.ts';
import { MEMORY, type MemoryOp, type PlainOp } from '../../vm/jit/wasm/ops.ts';
import type { FuncCode, FuncType, ValueType } from '../../vm/jit/wasm/types.ts';

/** A function from `(func` to `)`, as `printFunc` gives it out. */
export function readFunc(lines: readonly string[]): FuncCode {
  const [head = '', ...rest] = lines
    .map((line) => line.replace(/;;.*/, '').trim())
    .filter((line) => line !== '');
  const name = /^\(func \$(\S+?)(?=[ )]|$)/.exec(head)![1]!;
  const params = [...head.matchAll(/\(param (\$\S+) (\w+)\)/g)];
  const [, result = ''] = /\(result (\w+)\)/.exec(head) ?? [];
  const type = `${params.map(([, , param]) => param).join(' ')} -> ${result}` as FuncType; // of words of types
  const code = new CodeWriter(
    name,
    type,
    params.map(([, id]) => id!.slice(1)),
  );
  const locals = new Map<string, Local>(params.map(([, id], i) => [id!, i]));
  const labels: string[] = [];
  for (const line of rest.slice(0, -1)) {
    if (line.startsWith('(local')) {
      for (const [, id, local] of line.matchAll(/\(local (\$\S+) (\w+)\)/g)) {
        locals.set(id!, code.local(local as ValueType, id!.slice(1)));
      }
    } else readInsn(code, line, locals, labels);
  }
  if (rest.at(-1) !== ')') throw new Error(`no end: ${rest.at(-1)}`);
  return code.finish();
}

type Reader = (code: CodeWriter, words: readonly string[], line: string) => unknown;

const READERS: Readonly<Record<string, Reader>> = {
  'i32.const': (code, [value]) => code.i32(Number(value)),
  'i64.const': (code, [value]) => code.i64(BigInt.asIntN(64, intOf(value!))),
  'f64.const': (code, [value]) => code.f64(Number(value!.replace('inf', 'Infinity').replace('nan', 'NaN'))),
  'memory.copy': (code) => code.copy(),
  'memory.fill': (code) => code.fill(),
  call: (code, [func]) => code.call(func!.slice(1)),
  return_call: (code, [func]) => code.returnCall(func!.slice(1)),
  call_indirect: (code, _, line) => code.callIndirect(typeOf(line)),
  return_call_indirect: (code, _, line) => code.returnCallIndirect(typeOf(line)),
};

function readInsn(
  code: CodeWriter,
  line: string,
  locals: ReadonlyMap<string, Local>,
  labels: string[],
): void {
  const [name = '', ...words] = line.split(' ');
  const depthOf = (word: string): number =>
    word.startsWith('$') ? labels.length - 1 - labels.lastIndexOf(word) : Number(word);
  const reader = READERS[name];
  if (reader !== undefined) reader(code, words, line);
  else if (name === 'block' || name === 'loop' || name === 'if') {
    labels.push(words[0]?.startsWith('$') === true ? words[0] : '');
    code[name]((/\(result (\w+)\)/.exec(line)?.[1] ?? 'none') as BlockType);
  } else if (name === 'end') {
    if ((labels.pop() ?? '') !== (words[0] ?? '')) throw new Error(`ends something else: ${line}`);
    code.end();
  } else if (name === 'else') code.else();
  else if (name === 'br') code.br(depthOf(words[0]!));
  else if (name === 'br_if') code.brIf(depthOf(words[0]!));
  else if (name === 'br_table') {
    const depths = words.map(depthOf);
    code.brTable(depths.slice(0, -1), depths.at(-1)!);
  } else if (name.startsWith('local.')) {
    const local = locals.get(words[0]!);
    if (local === undefined) throw new Error(`no such local: ${line}`);
    code[name.slice('local.'.length) as 'get' | 'set' | 'tee'](local);
  } else {
    const key = name.replace('.', '_');
    if (Object.hasOwn(MEMORY, key)) code.mem(key as MemoryOp, Number(words[0]?.replace('offset=', '') ?? 0));
    else code.op(key as PlainOp); // bytes differ where it is none
  }
}

/** BigInt takes no sign before 0x. */
function intOf(word: string): bigint {
  return word.startsWith('-') ? -BigInt(word.slice(1)) : BigInt(word);
}

function typeOf(line: string): FuncType {
  const [, params = ''] = /\(param ([^)]*)\)/.exec(line) ?? [];
  const [, result = ''] = /\(result (\w+)\)/.exec(line) ?? [];
  return `${params} -> ${result}` as FuncType; // of words of types
}
