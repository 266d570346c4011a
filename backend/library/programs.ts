// A program by the name of a sample, or by the path of an object or of assembly text: read here, opened where it runs.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  AsmError,
  assembleObject,
  linkObject,
  LoadError,
  readObject,
  SAMPLES,
  type EngineName,
  type Kernel,
  type LinkedObject,
  type MapSizes,
  type ObjectFile,
  type ObjectSpec,
} from '../../vm/index.ts';
import { errnoOf, reasonOf, refusal } from '../errors.ts';
import { openKernel, type KernelSource } from './kernels.ts';
import { matchedNames, plainNames } from './prog-names.ts';
import { SAMPLES_FOLDER } from './package-root.ts';

/** Problems of a text that are told at most. */
const LIMIT_PROBLEMS = 20;

/** How a program is to be loaded. */
export interface ProgramOptions {
  /** Default: the one that vm/index.ts names. */
  readonly kernel?: KernelSource;
  /** Global variables of an object, set before it is loaded. */
  readonly globals?: Readonly<Record<string, bigint | string>>;
  /** Sizes of an object's maps, by name, set before it is loaded. */
  readonly sizes?: Readonly<Record<string, MapSizes>>;
  /** Names of the programs to load, and patterns of names (`fentry_*`); default all but those that are optional. */
  readonly only?: readonly string[];
  /** Default: the one that MachineOptions names. */
  readonly engine?: EngineName;
}

/** A program as it was found: what may travel to a worker. */
export interface ProgramSource {
  /** 'opensnoop'. */
  readonly name: string;
  /** As it was asked for: a sample's name, or a path. */
  readonly path: string;
  readonly content:
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'object'; readonly bytes: Uint8Array };
  readonly options: ProgramOptions;
}

/** A program that a machine can load. */
export interface OpenedProgram {
  readonly spec: ObjectSpec;
  readonly kernel: Kernel;
  /** Programs that were asked for by name. */
  readonly named?: readonly string[];
  /** What runs it. */
  readonly engine?: EngineName;
  /** Of an object: what was read, what CO-RE made of it, and sizes of maps that it leaves to its tool. */
  readonly object?: { readonly file: ObjectFile } & Pick<LinkedObject, 'core' | 'assumed' | 'perfBuffers'>;
}

/** Throws UserError 'no-program', 'cannot-read'. */
export function readProgram(path: string, options: ProgramOptions = {}): ProgramSource {
  const sample = Object.hasOwn(SAMPLES, path) ? SAMPLES[path] : undefined;
  const bytes = readBytes(sample === undefined ? path : join(SAMPLES_FOLDER, sample.object));
  return { ...programOf(path, bytes), options };
}

/** A program of the content of a file named `path`. */
export function programOf(path: string, bytes: Uint8Array): ProgramSource {
  const content = isElf(bytes)
    ? ({ kind: 'object', bytes } as const)
    : ({ kind: 'text', text: Buffer.from(bytes).toString('utf8') } as const);
  return { name: objectName(path), path, content, options: {} };
}

/** Assembled or linked. Throws UserError 'bad-program', 'bad-kernel', 'not-an-object'. */
export function openProgram({ path, content, options }: ProgramSource): OpenedProgram {
  const kernel = openKernel(options.kernel);
  if (content.kind === 'object') return openObject(path, content.bytes, kernel, options);
  if (options.globals !== undefined) throw refusal('not-an-object', path, '--set');
  if (options.sizes !== undefined) throw refusal('not-an-object', path, '--size');
  return { spec: pick(assemble(path, content.text), options.only), kernel, ...engineOf(options) };
}

/** What an object holds, not linked. Throws UserError 'bad-program'. */
export function readObjectFile(name: string, bytes: Uint8Array): ObjectFile {
  return told(name, () => readObject(bytes, objectName(name)));
}

function openObject(name: string, bytes: Uint8Array, kernel: Kernel, options: ProgramOptions): OpenedProgram {
  const { globals, sizes, only } = options;
  const file = readObjectFile(name, bytes);
  const names = file.progs.map((prog) => prog.name);
  const asked = {
    ...(globals === undefined ? {} : { globals }),
    ...(sizes === undefined ? {} : { sizes }),
    ...(only === undefined ? {} : { only: matchedNames(only, names) }),
  };
  const { spec, ...how } = told(name, () => linkObject(file, { kernel, ...asked }));
  return {
    spec,
    kernel,
    ...(only === undefined ? {} : { named: plainNames(only) }),
    ...engineOf(options),
    object: { file, ...how },
  };
}

function engineOf({ engine }: ProgramOptions): Pick<OpenedProgram, 'engine'> {
  return engine === undefined ? {} : { engine };
}

/** The name of an object or text: that of its file without what tells its kind. */
function objectName(name: string): string {
  return basename(name).replace(/(\.bpf)?\.(asm|s|S|o)$/, '');
}

/** The programs of a text that are asked for; slots of others stay empty. */
function pick(spec: ObjectSpec, asked: readonly string[] | undefined): ObjectSpec {
  if (asked === undefined) return spec;
  const names = spec.progs.map((prog) => prog.name);
  const only = matchedNames(asked, names);
  const missing = only.find((one) => !names.includes(one));
  if (missing !== undefined) throw refusal('no-prog', missing, names);
  return {
    ...spec,
    progs: spec.progs.filter((prog) => only.includes(prog.name)),
    slots: spec.slots.filter((slot) => only.includes(slot.prog)),
  };
}

function told<T>(name: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof LoadError) throw refusal('bad-program', name, `  ${error.message}`);
    throw error;
  }
}

function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') throw refusal('no-program', path, Object.keys(SAMPLES));
    throw refusal('cannot-read', path, reasonOf(error));
  }
}

function assemble(name: string, text: string): ObjectSpec {
  try {
    return assembleObject(text, objectName(name));
  } catch (error) {
    if (error instanceof AsmError) throw refusal('bad-program', name, describe(name, text, error));
    throw error;
  }
}

/** Each problem with its place, and below it the line it is about. */
function describe(path: string, text: string, error: AsmError): string {
  const lines = text.split('\n');
  const left = error.all.length - LIMIT_PROBLEMS;
  const rest = left > 0 ? `\n  and ${left} more` : '';
  const told = error.all
    .slice(0, LIMIT_PROBLEMS)
    .map(({ line, column, message, hint }) => {
      const place = `  ${path}:${line}:${column}: ${message}`;
      const source = `      ${lines[line - 1]?.trim() ?? ''}`.trimEnd();
      return [hint === '' ? place : `${place} (${hint})`, source].filter((one) => one !== '').join('\n');
    })
    .join('\n');
  return `${told}${rest}`;
}
