// The compiler that tests of objects ask, where `hasTool('clang')`.
import { execFileSync, spawnSync } from 'node:child_process';

const CLANG = 'clang-19';

/** Compiles a file of C for BPF, with types. Throws, with what clang says, for C that does not compile. */
export function compileBpf(source: string, object: string, ...flags: readonly string[]): void {
  const args = ['--target=bpf', '-g', '-O2', ...flags, '-c', source, '-o', object];
  execFileSync(CLANG, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** What clang has against a text of C, for BPF; empty where it compiles. */
export function complaintsOf(text: string): string {
  const args = ['-x', 'c', '--target=bpf', '-fsyntax-only', '-'];
  return spawnSync(CLANG, args, { input: text, encoding: 'utf8' }).stderr;
}
