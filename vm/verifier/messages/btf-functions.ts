// Why programs are refused: what their functions take, and are given.
import { ERRNO } from '../../errno.ts';
import type { Refusal } from '../refusal.ts';
import { typeWords } from './plain-words.ts';
import type { MessageTable } from './row.ts';

const TAGS_FIX =
  'keep one tag: __arg_ctx, __arg_trusted (with __arg_nullable if you like), __arg_untrusted, __arg_arena, or __arg_nonnull for memory';

/** Of the function itself. */
export const FUNCTION_MESSAGES = {
  'func-args-many': {
    errno: ERRNO.EINVAL,
    text: (name: string, count: number, max: number) =>
      `Global function ${name}() with ${count} > ${max} args. Buggy compiler.`,
    why: (name: string, count: number, max: number) =>
      `${name}() has ${count} parameters, and there are registers for ${max}: r1 to r5`,
    fix: 'hand several values over in a struct, by its address',
  },
  'func-returns': {
    errno: ERRNO.EINVAL,
    text: (name: string) => `Global function ${name}() doesn't return scalar. Only those are supported.`,
    why: (name: string) =>
      `${name}() is verified apart from its callers, who learn nothing of its result but that it is a number; its type says something else`,
    fix: 'let the function return an int, or make it static',
  },
  'func-exception-args': {
    errno: ERRNO.EINVAL,
    text: () => 'exception cb only supports single integer argument',
    why: 'the function that bpf_throw ends the program with is given the cookie of the throw, and nothing else',
    fix: 'give it one parameter of type u64',
  },
  'func-arg-tag-static': {
    errno: ERRNO.EOPNOTSUPP,
    text: (arg: number) => `arg#${arg} type tag is not supported in static functions`,
    why: 'a static function is walked with what its callers give it, so it needs no tags on its parameters',
    fix: 'take the tag away, or make the function global',
  },
  'func-arg-tag-unknown': {
    errno: ERRNO.EOPNOTSUPP,
    text: (arg: number, _tag: string) => `arg#${arg} has unsupported set of tags`,
    why: (_arg: number, tag: string) => `there is no tag ${tag}`,
    fix: TAGS_FIX,
  },
  'func-arg-tags': {
    errno: ERRNO.EINVAL,
    text: (arg: number, _tags: readonly string[]) => `arg#${arg} has invalid combination of tags`,
    why: (_arg: number, tags: readonly string[]) =>
      `the tags ${tags.join(', ')} contradict each other, or the type of the parameter`,
    fix: TAGS_FIX,
  },
  'func-arg-untrusted': {
    errno: ERRNO.EINVAL,
    text: (arg: number) => `arg#${arg} untrusted cannot be combined with any other tags`,
    why: 'of an untrusted pointer nothing else is known',
    fix: TAGS_FIX,
  },
  'func-arg-arena': {
    errno: ERRNO.EINVAL,
    text: (arg: number) => `arg#${arg} arena cannot be combined with any other tags`,
    why: 'an address in an arena may be any number',
    fix: TAGS_FIX,
  },
  'func-arg-tag-number': {
    errno: ERRNO.EINVAL,
    text: (arg: number) => `arg#${arg} has pointer tag, but is not a pointer type`,
    why: 'a tag says what a pointer is good for, and this parameter is none',
    fix: 'take the tag away',
  },
  'func-arg-ctx-name': {
    errno: ERRNO.EINVAL,
    text: (arg: number) => `arg#${arg} type doesn't have a name`,
    why: 'the type of a ctx is known by its name',
    fix: 'declare the parameter as void *',
  },
  'func-arg-ctx-void': {
    errno: ERRNO.EINVAL,
    text: (arg: number) => `arg#${arg} should be void pointer`,
    why: 'the ctx of this program type has no struct of its own',
    fix: 'declare the parameter as void *',
  },
  'func-arg-ctx-struct': {
    errno: ERRNO.EINVAL,
    text: (arg: number, struct: string) => `arg#${arg} should be \`struct ${struct} *\``,
    why: (_arg: number, struct: string) => `the ctx of this program type is a struct ${struct}`,
    fix: (_arg: number, struct: string) => `declare the parameter as struct ${struct} *, or as void *`,
  },
  'func-arg-nameless': {
    errno: ERRNO.EINVAL,
    text: (arg: number, kind: string) =>
      `arg#${arg} reference type('${kind} (anon)') candidate matching error: -${ERRNO.EINVAL}`,
    why: 'a type of the kernel is found by its name, and this one has none',
    fix: 'declare the parameter as a pointer to a struct of the kernel',
  },
  'func-arg-unknown': {
    errno: ERRNO.ENOENT,
    text: (arg: number, kind: string, name: string) =>
      `arg#${arg} reference type('${kind} ${name}') has no matches`,
    why: (_arg: number, _kind: string, name: string) => `the kernel has no type ${name}`,
    fix: 'declare the parameter as a pointer to a struct of the kernel',
  },
  'func-arg-ambiguous': {
    errno: ERRNO.ESRCH,
    text: (arg: number, kind: string, name: string) =>
      `arg#${arg} reference type('${kind} ${name}') is ambiguous`,
    why: (_arg: number, _kind: string, name: string) => `the kernel has several types ${name}`,
    fix: 'take another type, or make the function static',
  },
  'func-arg-no-struct': {
    errno: ERRNO.EINVAL,
    text: (arg: number, kind: string, name: string) =>
      `arg#${arg} has type ${kind} '${name}', but only struct or primitive types are allowed`,
    why: (_arg: number, _kind: string, name: string) => `${name} is neither a struct nor a number`,
    fix: 'declare the parameter as void *',
  },
  'func-arg-size': {
    errno: ERRNO.EINVAL,
    text: (arg: number, kind: string, name: string) =>
      `arg#${arg} reference type('${kind} ${name}') size cannot be determined: -${ERRNO.EINVAL}`,
    why: (arg: number) =>
      `parameter ${arg + 1} is a pointer, and its type does not say how many bytes are behind it: the function is verified for all memory of that size`,
    fix: 'give it a type with a size, or tag it: __arg_ctx if it is the ctx; or make the function static',
  },
  'func-arg-type': {
    errno: ERRNO.EINVAL,
    text: (arg: number, kind: string, name: string) =>
      `Arg#${arg} type ${kind} in ${name}() is not supported yet.`,
    why: (arg: number) => `parameter ${arg + 1} is neither a number nor a pointer`,
    fix: 'hand a struct over by its address',
  },
} as const satisfies MessageTable;

/** Of what a caller gives it. */
export const FUNCTION_CALL_MESSAGES = {
  'func-call-args': {
    errno: 'cause',
    text: (index: number, name: string, _mismatch: Refusal) =>
      `Caller passes invalid args into func#${index} ('${name}')`,
    why: (_index: number, name: string, mismatch: Refusal) =>
      `${name}() is a global function: it was verified for all arguments of its types, and so must be given such. ${mismatch.why}`,
    fix: (_index: number, _name: string, mismatch: Refusal) => mismatch.fix,
  },
  'func-call-number': {
    errno: ERRNO.EINVAL,
    text: (n: number) => `R${n} is not a scalar`,
    why: (n: number) => `parameter ${n} is a number, and r${n} holds a pointer, or nothing`,
    fix: (n: number) => `put a number into r${n}`,
  },
  'func-call-ctx': {
    errno: ERRNO.EINVAL,
    text: (arg: number) => `arg#${arg} expects pointer to ctx`,
    why: (arg: number) =>
      `parameter ${arg + 1} is the ctx of the program, and r${arg + 1} holds something else`,
    fix: (arg: number) => `keep the ctx that the program began with in r1, and put it into r${arg + 1}`,
  },
  'func-call-memory': {
    errno: ERRNO.EINVAL,
    text: (_n: number, _bytes: number, cause: Refusal) => cause.message,
    why: (n: number, bytes: number, cause: Refusal) =>
      `parameter ${n} is memory of ${bytes} bytes, all of which the function may read and write. ${cause.why}`,
    fix: (n: number, bytes: number) => `let r${n} point at ${bytes} bytes that can be read and written`,
  },
  'func-call-null': {
    errno: ERRNO.EINVAL,
    text: (arg: number) => `arg#${arg} is expected to be non-NULL`,
    why: (arg: number) => `parameter ${arg + 1} is tagged as never null, and r${arg + 1} may be null here`,
    fix: (arg: number) => `check r${arg + 1} against 0 before the call`,
  },
  'func-call-arena': {
    errno: ERRNO.EINVAL,
    text: (n: number) => `R${n} is not a pointer to arena or scalar.`,
    why: (n: number) => `parameter ${n} is an address in an arena, and r${n} holds another pointer`,
    fix: (n: number) => `put an address of the arena into r${n}`,
  },
  'func-call-type': {
    errno: ERRNO.EACCES,
    text: (n: number, type: string, expected: string) => `R${n} type=${type} expected=${expected}`,
    why: (n: number, type: string) =>
      `parameter ${n} is a pointer to a struct of the kernel, and r${n} is ${typeWords(type)}`,
    fix: (n: number) => `put such a pointer into r${n}, one that is known not to be null`,
  },
  'func-call-struct': {
    errno: ERRNO.EACCES,
    text: (n: number, actual: string, wanted: string) =>
      `R${n} is of type ${actual} but ${wanted} is expected`,
    why: (n: number, actual: string, wanted: string) =>
      `parameter ${n} points to a struct ${wanted}, and r${n} to a struct ${actual}`,
    fix: (n: number, _actual: string, wanted: string) => `put a pointer to a struct ${wanted} into r${n}`,
  },
} as const satisfies MessageTable;
