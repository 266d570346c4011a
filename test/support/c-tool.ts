// Tools in C that tests ask a kernel with: built once for each text of theirs.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

const BUILT = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'tailscope');

/** What test/support/NAME.c prints when it reads `input`; `libs` are options of the compiler behind the source. */
export function runTool(name: string, input: string, libs: readonly string[] = []): string {
  return execFileSync(toolPath(name, libs), { input, encoding: 'utf8', maxBuffer: 1 << 28 });
}

/** Path of FOLDER/NAME.c, built; the folder is test/support where none is given. */
export function toolPath(
  name: string,
  libs: readonly string[] = [],
  folder: string = import.meta.dirname,
): string {
  const source = join(folder, `${name}.c`);
  const digest = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 16);
  const path = join(BUILT, `${name}-${digest}`);
  if (existsSync(path)) return path;
  mkdirSync(BUILT, { recursive: true });
  const fresh = `${path}.${process.pid}`; // another worker may build it at the same time
  execFileSync('cc', ['-O2', '-w', '-o', fresh, source, ...libs]);
  renameSync(fresh, path);
  return path;
}
