// The function that is called in the place of the program's end when the program throws: a tag on the program's own function names it.
import { declTags } from '../../btf/query.ts';
import type { Env } from '../env.ts';
import { refuse } from '../refusal.ts';

const TAG = 'exception_callback:';

/** Its first insn, undefined when the program names none. @see bpf_find_exception_callback_insn_off */
export function exceptionCallbackPc(env: Env): number | undefined {
  const { funcs, types } = env.input;
  const main = funcs[0]?.typeId;
  if (types === undefined || main === undefined) return undefined;
  const tags = declTags(types, main, -1).filter((tag) => tag.startsWith(TAG));
  if (tags.length === 0) return undefined;
  env.pc = 0;
  if (tags.length > 1) refuse(env, 'exception-tags', []);
  const name = tags[0]!.slice(TAG.length);
  const id = types.find('func', name);
  if (id === undefined) refuse(env, 'exception-unknown', [], name);
  const func = types.type(id);
  if (func.kind !== 'func' || func.linkage !== 'global') refuse(env, 'exception-linkage', [], name);
  const info = funcs.findLast(({ typeId }) => typeId === id);
  if (info === undefined) refuse(env, 'exception-no-info', [], name);
  if (info.pc === 0) refuse(env, 'exception-main', [], name);
  return info.pc;
}
