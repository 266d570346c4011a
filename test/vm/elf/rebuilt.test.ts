// The objects of test/cases/elf are what clang makes of their source.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readObject } from '../../../vm/elf/read-object.ts';
import { OBJECT_FOLDER, OBJECT_NAMES, OBJECTS, readCase, type ObjectName } from '../../support/elf-object.ts';
import { hasTool } from '../../support/tools.ts';

/** As the objects were built; `-g` besides for those with types, and llvm-strip -g after it. */
const FLAGS = ['-target', 'bpf', '-O2', '-c'];
const TYPED = ['-mcpu=v3', '-g', '-fdebug-compilation-dir=.'];

function build(name: ObjectName, folder: string): Uint8Array {
  const out = join(folder, `${name}.o`);
  const typed = OBJECTS[name].types ? [...TYPED, `-ffile-prefix-map=${OBJECT_FOLDER}=`] : [];
  const { status, stderr } = spawnSync('clang-19', [...FLAGS, ...typed, `${name}.c`, '-o', out], {
    cwd: OBJECT_FOLDER,
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  return new Uint8Array(readFileSync(out));
}

test.skipIf(!hasTool('clang')).each(OBJECT_NAMES)('%s', (name) => {
  const folder = mkdtempSync(join(tmpdir(), 'tailscope-elf-'));
  try {
    const { types, sections: _, ...ours } = readObject(build(name, folder), name);
    const { types: known, sections: __, ...theirs } = readCase(name);
    expect(ours).toEqual(theirs);
    const ids = Array.from({ length: known?.count ?? 0 }, (___, id) => id);
    expect(ids.map((id) => types?.type(id))).toEqual(ids.map((id) => known?.type(id)));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
