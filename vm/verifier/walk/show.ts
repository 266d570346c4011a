// What the log shows while a path is walked.
import type { Env } from '../env.ts';
import type { LineInfo } from '../../object.ts';
import { showFrame } from '../shown.ts';

/** The source line of `env.pc`, when the log did not show it last. @see verbose_linfo */
export function showSource(env: Env): void {
  const at = lineAt(env.input.lines, env.pc);
  if (at < 0) return;
  const line = env.input.lines[at]!;
  const { shownLine } = env;
  if (shownLine !== undefined && shownLine.line === line.line && shownLine.file === line.file) return;
  env.shownLine = line;
  env.log.add({ kind: 'source', line: at });
}

/** Position of the last entry that begins at `pc` or before. -1: there is none. */
function lineAt(lines: readonly LineInfo[], pc: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle]!.pc <= pc) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The insn at `env.pc`, before it is walked; `isTakenUp` when a path was taken up. @see do_check */
export function showInsn(env: Env, isTakenUp: boolean): void {
  if (isTakenUp && env.log.level === 2) {
    const { prevPc: from, pc } = env;
    env.log.add({ kind: 'path', from, pc, state: showFrame(env.state, env.frame) });
  }
  env.showChanges();
  showSource(env);
  env.log.add({ kind: 'insn', pc: env.pc });
}

/** The path ends at `env.pc`, as one like it was walked. */
export function showSafe(env: Env, isTakenUp: boolean): void {
  env.log.line(isTakenUp ? `\nfrom ${env.prevPc} to ${env.pc}: safe` : `${env.pc}: safe`);
}
