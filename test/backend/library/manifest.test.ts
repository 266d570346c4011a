// The manifest reader: what it takes, what it leaves out, what it refuses.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readManifest } from '../../../backend/library/manifest.ts';
import { temporaryFolder } from '../../support/logs.ts';

const ROW = {
  name: 'dd',
  file: 'dd.sct',
  title: 'Copying zeros',
  command: 'dd if=/dev/zero of=/dev/null count=5',
  lookFor: 'five writes of 512 bytes',
  calls: 90,
  seconds: 0.01,
};

function folderWith(manifest: unknown, ...files: string[]): string {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'manifest.json'),
    typeof manifest === 'string' ? manifest : JSON.stringify(manifest),
  );
  for (const file of files) writeFileSync(join(folder, file), 'twelve bytes');
  return folder;
}

test('gives the rows in order, with the size of each file', () => {
  const other = { ...ROW, name: 'npm', file: 'npm.sct' };
  const folder = folderWith([ROW, other], 'dd.sct', 'npm.sct');
  const { file: _, ...shown } = ROW;
  expect(readManifest(folder).map((one) => one.entry.name)).toEqual(['dd', 'npm']);
  expect(readManifest(folder)[0]).toEqual({
    entry: { packets: 0, ...shown, byteSize: 12, origin: 'manifest' },
    path: join(folder, 'dd.sct'),
  });
});

test('leaves out a recording whose file is missing, and gives none without a manifest', () => {
  expect(readManifest(folderWith([ROW]))).toEqual([]);
  expect(readManifest(temporaryFolder())).toEqual([]);
});

describe('a manifest is refused with its path and the reason', () => {
  test.each([
    ['that is no JSON', '{', /manifest\.json cannot be read: .*JSON/],
    ['that is no list', { dd: ROW }, /expected array/],
    ['with a row that lacks something', [{ ...ROW, title: undefined }], /title/],
    ['with a file outside of its folder', [{ ...ROW, file: '../secret.sct' }], /file/],
    ['with a name that is no name', [{ ...ROW, name: 'a b' }], /name/],
  ])('%s', (_, manifest, words) => {
    expect(() => readManifest(folderWith(manifest))).toThrow(words);
  });
});
