// What the commands that take a program have in common: the options of how it is loaded.
import type { Command } from 'commander';
import type { EngineName, MapSizes } from '../../vm/index.ts';
import { refusal } from '../errors.ts';
import { readKernel } from '../library/kernels.ts';
import { readProgram, type ProgramOptions, type ProgramSource } from '../library/programs.ts';

/** The argument PROG, as the help has it. */
export const PROGRAM_ARGUMENT = 'sample, object that clang made (.o), or assembly text';

/** What commander reads from them. */
export interface ProgramFlags {
  readonly kernel?: string;
  readonly set?: Readonly<Record<string, bigint | string>>;
  readonly size?: Readonly<Record<string, MapSizes>>;
  readonly prog?: readonly string[];
  /** Of commands that run it. */
  readonly engine?: EngineName;
}

/** What runs programs, and the rest of the help's line. */
const ENGINES = {
  jit: 'compiled to WebAssembly',
  interp: 'insn by insn',
} as const satisfies Record<EngineName, string>;

/** Adds the options to a command. */
export function addProgramOptions(command: Command): Command {
  return command
    .option('--kernel <K>', 'kernel that it is loaded against: a name (tailscope list), or a BTF file')
    .option(
      '--set <NAME=VALUE>',
      'set a global variable of an object before it is loaded; repeatable',
      variable,
    )
    .option(
      '--size <MAP=ENTRIES>',
      'entries of a map of an object (bytes of a ring buffer); with :BYTES behind, of a value; repeatable',
      mapSize,
    )
    .option(
      '--prog <NAME>',
      'load this program of it only, or those that match (fentry_*); repeatable',
      collect,
    );
}

/** Adds the option of what it runs on. */
export function addEngineOption(command: Command): Command {
  const words = Object.entries(ENGINES).map(([name, how]) => `${name} (${how})`);
  return command.option('--engine <E>', `what runs programs: ${words.join(', ')}`, engineName, 'jit');
}

/** The program that a command was given. Throws UserError as `readProgram` and `readKernel` do. */
export function programFrom(path: string, { kernel, set, size, prog, engine }: ProgramFlags): ProgramSource {
  const options: ProgramOptions = {
    ...(kernel === undefined ? {} : { kernel: readKernel(kernel) }),
    ...(set === undefined ? {} : { globals: set }),
    ...(size === undefined ? {} : { sizes: size }),
    ...(prog === undefined ? {} : { only: prog }),
    ...(engine === undefined ? {} : { engine }),
  };
  return readProgram(path, options);
}

/** Throws UserError 'bad-option'. */
function engineName(text: string): EngineName {
  const names = Object.keys(ENGINES) as EngineName[]; // by `satisfies`
  const name = names.find((one) => one === text);
  if (name === undefined) throw refusal('bad-option', '--engine', text, names.join(' or '));
  return name;
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** NAME=VALUE: a whole number (decimal or 0x), true or false, and anything else is text. Throws UserError 'bad-option'. */
function variable(
  text: string,
  before: Readonly<Record<string, bigint | string>> = {},
): Readonly<Record<string, bigint | string>> {
  const [, name, value] = /^([A-Za-z_][\w.]*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw refusal('bad-option', '--set', text, 'NAME=VALUE, such as --set targ_pid=4711');
  }
  return { ...before, [name]: numberOf(value) ?? value };
}

/** MAP=ENTRIES or MAP=ENTRIES:BYTES. Throws UserError 'bad-option'. */
function mapSize(
  text: string,
  before: Readonly<Record<string, MapSizes>> = {},
): Readonly<Record<string, MapSizes>> {
  const [, map, entries, bytes] = /^([\w.]+)=(\d{1,10})(?::(\d{1,10}))?$/.exec(text) ?? [];
  if (map === undefined || Math.max(Number(entries), Number(bytes ?? 0)) > MAX_U32) {
    throw refusal(
      'bad-option',
      '--size',
      text,
      'MAP=ENTRIES or MAP=ENTRIES:BYTES, such as --size start=1000',
    );
  }
  const sizes = { maxEntries: Number(entries), ...(bytes === undefined ? {} : { valueSize: Number(bytes) }) };
  return { ...before, [map]: sizes };
}

const MAX_U32 = 0xffff_ffff;

function numberOf(text: string): bigint | undefined {
  if (text === 'true' || text === 'false') return text === 'true' ? 1n : 0n;
  const [, sign, digits] = /^(-?)(\d+|0x[\da-f]+)$/i.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return sign === '-' ? -BigInt(digits) : BigInt(digits);
}
