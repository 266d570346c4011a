// Why an access of a ctx is refused, in words: what is there, and what could be loaded instead.
import { hasRight, type CtxLayout } from '../../kernel/ctx.ts';
import type { CtxRule } from './ctx-rules.ts';
import type { FieldAccess, FieldProblem, NamedField } from './field-access.ts';

/** The two columns of a message. */
export interface Explanation {
  readonly why: string;
  readonly fix: string;
}

const DEFAULT_FIX = 'access a field of the ctx at its own offset and with its own size';

export function explainText(why: string): Explanation {
  return { why, fix: DEFAULT_FIX };
}

/** Of a struct with fields. */
export function explainField(
  struct: string,
  layout: CtxLayout,
  named: NamedField | undefined,
  access: FieldAccess,
  problem: FieldProblem,
): Explanation {
  const { off, bytes, type } = access;
  const doing = access.access === 'read' ? 'read' : 'write';
  if (named === undefined) {
    const end = Math.max(...Object.values(layout).map((field) => field.off + field.size));
    const what = off >= end ? `its fields end at byte ${end}` : 'there is no field';
    return {
      why: `the ctx of a ${type} program is ${struct}, and at byte ${off} ${what}`,
      fix: `${doing} one of ${fieldList(layout, access)}`,
    };
  }
  const { name, field } = named;
  const { element = field.size } = field;
  const where = `bytes ${field.off} to ${field.off + field.size - 1} of ${struct} are ${name}`;
  switch (problem) {
    case 'right': {
      const other = doing === 'write' && hasRight(field.read, type) ? ', which it may only read' : '';
      return {
        why: `${where}${other || `, and ${type} programs may not ${doing} it`}`,
        fix: `a ${type} program may ${doing} ${fieldList(layout, access)}`,
      };
    }
    case 'attach':
      return {
        why: `${where}, and programs with attach type ${access.attachType} may not ${doing} it`,
        fix: `load the program with one of the attach types ${(doing === 'read' ? field.readAt : field.writeAt)?.join(', ')}`,
      };
    case 'aligned':
      return {
        why: `${where}; loads and stores lie at multiples of their size, and ${off} is none of ${bytes}`,
        fix: `${doing} ${element} bytes at offset ${field.off}`,
      };
    case 'signed':
      return {
        why: `${where}, a pointer: it cannot be loaded with sign extension`,
        fix: `load it with *(u32 *)(ctx + ${field.off})`,
      };
    default:
      return {
        why: `${where}, which is accessed ${element} bytes at a time, not ${bytes}`,
        fix: `${doing} ${element} bytes at offset ${field.off}`,
      };
  }
}

function fieldList(layout: CtxLayout, { type, access }: FieldAccess): string {
  const names = Object.entries(layout).flatMap(([name, field]) =>
    hasRight(access === 'read' ? field.read : field.write, type) ? [name] : [],
  );
  return names.length === 0 ? 'nothing of it' : names.join(', ');
}

/** Of words. */
export function explainWords(
  { struct, from, to, isWritable }: Extract<CtxRule, { kind: 'words' }>,
  off: number,
  bytes: number,
  access: 'read' | 'write',
): Explanation {
  if (access === 'write' && !isWritable) {
    return {
      why: `the ctx is ${struct}, which programs may only read`,
      fix: 'keep what you want to store on the stack or in a map',
    };
  }
  const bounds = `bytes ${from} to ${to - 1}`;
  if (off % bytes !== 0) {
    const fix = `use an offset that is a multiple of ${bytes}`;
    return { why: `loads lie at multiples of their size, and offset ${off} is none of ${bytes}`, fix };
  }
  return {
    why: `the ctx is ${struct}: programs may read ${bounds} of it`,
    fix: `use an offset from ${from} to ${to - bytes}`,
  };
}
