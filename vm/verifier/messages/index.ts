// Every reason for which the verifier refuses a program, by our own code.
import { ALU_MESSAGES } from './alu.ts';
import { BTF_MESSAGES } from './btf.ts';
import { CALLS_MESSAGES } from './calls.ts';
import { CTX_MESSAGES } from './ctx.ts';
import { FLOW_MESSAGES } from './flow.ts';
import { KFUNCS_MESSAGES } from './kfuncs.ts';
import { MEMORY_MESSAGES } from './memory.ts';
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
