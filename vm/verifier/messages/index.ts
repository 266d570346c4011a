// Every reason for which the verifier refuses a program, by our own code.
import { ALU_MESSAGES } from './alu.ts';
import { BTF_MESSAGES } from './btf.ts';
import { CALLS_MESSAGES } from './calls.ts';
import { CTX_MESSAGES } from './ctx.ts';
import { FLOW_MESSAGES } from './flow.ts';
import { KFUNCS_MESSAGES } from './kfuncs.ts';
import { MEMORY_MESSAGES } from './memory.ts';
import type { MessageTable } from './row.ts';
import { WALK_MESSAGES } from './walk.ts';

export const MESSAGES = {
  ...FLOW_MESSAGES,
  ...WALK_MESSAGES,
  ...ALU_MESSAGES,
  ...MEMORY_MESSAGES,
  ...CTX_MESSAGES,
  ...CALLS_MESSAGES,
  ...KFUNCS_MESSAGES,
  ...BTF_MESSAGES,
} as const;
export type MessageCode = keyof typeof MESSAGES;

/** What the text of a message takes. */
export type MessageArgs<Code extends MessageCode> = (typeof MESSAGES)[Code] extends {
  readonly text: (...args: infer Args) => string;
}
  ? Args
  : never;

/** Families of rules, and the messages of each. */
const CATEGORIES: readonly (readonly [string, MessageTable])[] = [
  ['register safety', ALU_MESSAGES],
  ['memory safety', MEMORY_MESSAGES],
  ['access to the ctx', CTX_MESSAGES],
  ['type safety', BTF_MESSAGES],
  ['rules of calls', CALLS_MESSAGES],
  ['rules of kernel functions and objects', KFUNCS_MESSAGES],
  ['termination', WALK_MESSAGES],
];

/** Which family of rules a message belongs to. */
export function categoryOf(code: string): string {
  return CATEGORIES.find(([, table]) => Object.hasOwn(table, code))?.[0] ?? 'program structure';
}
