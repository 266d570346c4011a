// Files that are there whole or not at all.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openWholeFile } from '../../../backend/library/whole-file.ts';
import { temporaryFolder } from '../../support/logs.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

test('nothing stands at the place before keep, and all of it after', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'x.sct');
  const file = openWholeFile(path, false);
  file.write(bytes('one '));
  expect(readdirSync(folder)).not.toContain('x.sct');
  file.write(bytes('two'));
  file.keep();
  expect(readFileSync(path, 'utf8')).toBe('one two');
  expect(readdirSync(folder)).toEqual(['x.sct']);
});

test('drop leaves nothing', () => {
  const folder = temporaryFolder();
  const file = openWholeFile(join(folder, 'x.sct'), false);
  file.write(bytes('one'));
  file.drop();
  expect(readdirSync(folder)).toEqual([]);
});

test('a file that came to stand there meanwhile is not overwritten', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'x.sct');
  const file = openWholeFile(path, false);
  writeFileSync(path, 'precious');
  expect(() => file.keep()).toThrow('exists already');
  file.drop();
  expect(readFileSync(path, 'utf8')).toBe('precious');
  expect(readdirSync(folder)).toEqual(['x.sct']);
});

test('with force the old file stays whole until the new one takes its place', () => {
  const path = join(temporaryFolder(), 'x.sct');
  writeFileSync(path, 'old');
  const file = openWholeFile(path, true);
  file.write(bytes('new'));
  expect(readFileSync(path, 'utf8')).toBe('old');
  file.keep();
  expect(readFileSync(path, 'utf8')).toBe('new');
});

test('a device keeps its place even with force', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'pipe');
  spawnSync('mkfifo', [path]);
  expect(() => openWholeFile(path, true)).toThrow(`cannot write ${path}: it is no regular file`);
  expect(() => openWholeFile(folder, true)).toThrow('it is a folder');
  expect(statSync(path).isFIFO()).toBe(true);
});
