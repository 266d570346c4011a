// A program by the name of a sample or by the path of assembly text.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { AsmError, assembleObject, SAMPLES, type ObjectSpec } from '../../vm/index.ts';
import { errnoOf, reasonOf, refusal } from '../errors.ts';

/** Problems of a text that are told at most. */
const LIMIT_PROBLEMS = 20;

/** The object that `name` means, assembled. Throws UserError 'no-program', 'is-object', 'bad-program', 'cannot-read'. */
export function openProgram(name: string): ObjectSpec {
  const sample = Object.hasOwn(SAMPLES, name) ? SAMPLES[name] : undefined;
  if (sample !== undefined) return assembleObject(sample.source, sample.name);
  const text = readText(name);
  if (text.startsWith('\u007fELF')) throw refusal('is-object', name);
  try {
    return assembleObject(text, basename(name).replace(/(\.bpf)?\.(asm|s|S)$/, ''));
  } catch (error) {
    if (error instanceof AsmError) throw refusal('bad-program', name, describe(name, text, error));
    throw error;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') throw refusal('no-program', path, Object.keys(SAMPLES));
    throw refusal('cannot-read', path, reasonOf(error));
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
