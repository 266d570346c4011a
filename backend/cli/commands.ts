// The commands of `tailscope`, one file each.
import type { Command } from 'commander';
import { addDisasm } from './disasm.ts';
import { addImport } from './import.ts';
import { addInfo } from './info.ts';
import { addInspect } from './inspect.ts';
import { addList } from './list.ts';
import { addRecord } from './record.ts';
import { addRun } from './run.ts';
import { addServe } from './serve.ts';
import { addVerify } from './verify.ts';

/** Adds the command to the program and gives it back; in the order of the help. */
export const COMMANDS = {
  serve: addServe,
  run: addRun,
  verify: addVerify,
  inspect: addInspect,
  disasm: addDisasm,
  import: addImport,
  record: addRecord,
  info: addInfo,
  list: addList,
} as const satisfies Record<string, (program: Command) => Command>;
