// Case files: text that tests read. A file holds one case or several:
//
//   # what the case shows
//   -- section
//   lines of the section
//
// A title stands first in the file or behind a blank line: other lines with a # belong to their section. Text between a title and its
// first section is a comment. Blank lines around a section are dropped.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface TestCase {
  readonly title: string;
  /** Path relative to test/cases, with the line of the title, for messages. */
  readonly where: string;
  /** Contents by section name; a section that stands twice is an error. */
  readonly sections: ReadonlyMap<string, string>;
}

const CASES = join(import.meta.dirname, '..', 'cases');

/** Reads the cases of all .txt files of a folder under test/cases whose names begin with `prefix`. Throws when there are none. */
export function readCases(folder: string, prefix = ''): TestCase[] {
  const names = readdirSync(join(CASES, folder)).filter(
    (name) => name.startsWith(prefix) && name.endsWith('.txt'),
  );
  const cases = names
    .toSorted()
    .flatMap((name) => parseCases(readFileSync(join(CASES, folder, name), 'utf8'), `${folder}/${name}`));
  if (cases.length === 0) throw new Error(`no cases in ${folder}/${prefix}*.txt`);
  return cases;
}

/** The text of a section. Throws when the case has none. */
export function section(testCase: TestCase, name: string): string {
  const text = testCase.sections.get(name);
  if (text === undefined) throw new Error(`${testCase.where}: no section ${name}`);
  return text;
}

/** The lines of a section that are not blank. */
export function sectionLines(testCase: TestCase, name: string): string[] {
  return section(testCase, name)
    .split('\n')
    .filter((line) => line.trim() !== '');
}

function parseCases(text: string, file: string): TestCase[] {
  const cases: { title: string; where: string; sections: Map<string, string> }[] = [];
  let name: string | undefined;
  const lines = text.split('\n');
  lines.forEach((line, index) => {
    const where = `${file}:${index + 1}`;
    const current = cases.at(-1);
    if (line.startsWith('# ') && (lines[index - 1] ?? '') === '') {
      cases.push({ title: line.slice(2), where, sections: new Map() });
      name = undefined;
    } else if (line.startsWith('-- ') && current !== undefined) {
      name = line.slice(3).trim();
      if (current.sections.has(name)) throw new Error(`${where}: section ${name} stands twice`);
      current.sections.set(name, '');
    } else if (name !== undefined && current !== undefined) {
      current.sections.set(name, `${current.sections.get(name)!}${line}\n`);
    }
  });
  for (const { sections } of cases) {
    for (const [key, value] of sections) sections.set(key, value.replace(/^\n+|\n+$/g, ''));
  }
  return cases;
}

/** Bytes of hex digits, whatever white space stands between them. */
export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replace(/\s+/g, ''), 'hex'));
}

/** Bytes as `b7 01 00 00 05 00 00 00`. */
export function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
