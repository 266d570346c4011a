// Where the package stands, so that its data is found from the sources and from dist/ alike.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder that holds Tailscope's package.json. */
export const PACKAGE_ROOT = findRoot(import.meta.dirname);

/** Where the manifest and its recordings are. */
export const RECORDED_FOLDER = join(PACKAGE_ROOT, 'traces', 'recorded');

/** Where the samples are: `object` and `source` of a `Sample` are paths from here on. */
export const SAMPLES_FOLDER = join(PACKAGE_ROOT, 'vm', 'samples');

/** Where the built page is. */
export const PAGE_FOLDER = join(PACKAGE_ROOT, 'dist', 'page');

/**
 * URL of a module to start as a worker: `stem` relative to the module at `base` (an import.meta.url), with the ending the
 * caller itself has: .ts in a checkout, .js in dist/.
 */
export function workerUrl(stem: string, base: string): URL {
  return new URL(stem + (base.endsWith('.ts') ? '.ts' : '.js'), base);
}

function findRoot(from: string): string {
  let folder = from;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`no package.json above ${from}`);
    folder = parent;
  }
  return folder;
}
