// The assembler against llvm-mc, the disassembler against llvm-objdump, on random insns.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assembleProg } from '../../../vm/asm/assemble.ts';
import { disassemble } from '../../../vm/asm/disassemble.ts';
import { OP_LIST, type Op, type OpName } from '../../../vm/isa/ops.ts';
import { hexOf } from '../../support/case-file.ts';
import { anyInsn, bytesOfInsns } from '../../support/random-insns.ts';
import { seedOf } from '../../support/seed.ts';
import { hasTool } from '../../support/tools.ts';

/** Operations that clang's text cannot tell apart, with the reason. */
const NOT_IN_CLANG: Partial<Record<OpName, string>> = {
  call_subprog: 'objdump prints `call 7` for a helper and for a subprogram',
  call_kfunc: 'objdump prints `call 7` for a kfunc too, and no src or off',
  ld_ind_u8: 'no form for an index with an offset',
  ld_ind_u16: 'no form for an index with an offset',
  ld_ind_u32: 'no form for an index with an offset',
  ld_map_value: 'ld_pseudo has 32 bits of immediate only',
  ld_btf_id: 'ld_pseudo has 32 bits of immediate only',
  ld_map_idx_value: 'ld_pseudo has 32 bits of immediate only',
  ld_map_fd: 'ld_pseudo is printed without a sign',
  ld_func: 'ld_pseudo is printed without a sign',
  ld_map_idx: 'ld_pseudo is printed without a sign',
};
/** Operations that came with clang 20 and later; newer ones print them as `test/cases/asm` has them. */
function isSinceClang20({ kind, name }: Op): boolean {
  return kind === 'acquire' || kind === 'release' || name === 'gotox';
}
const SEED = seedOf(19);
const MC = ['-triple', 'bpfel', '-mcpu=v4', '-filetype=obj'];

describe.skipIf(!hasTool('clang'))('as clang does', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tailscope-asm-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function run(program: string, ...args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', cwd: folder });
    if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  /** Bytes and text of the insns in object file `name`, as llvm-objdump prints them. */
  function objdump(name: string): { hex: string; text: string }[] {
    const printed = run('llvm-objdump-19', '-d', '--no-print-imm-hex', '--mcpu=v4', name);
    return [...printed.matchAll(/^\s*\d+:\t([0-9a-f ]+)\t(.*)$/gm)].map((match) => ({
      hex: match[1]!.trim(),
      text: match[2]!.replaceAll('\t', ' ').replace(/ <[^ <>]+>$/, ''),
    }));
  }

  const ops = OP_LIST.filter((op) => !(op.name in NOT_IN_CLANG) && !isSinceClang20(op));
  // llvm-mc takes 16 bits of a gotol's distance only
  const samples = fc
    .sample(anyInsn(ops), { seed: SEED, numRuns: 4000 })
    .filter(({ op, imm }) => op.name !== 'gotol' || (imm >= -32768 && imm <= 32767));

  test(`llvm-objdump prints the same text (seed ${SEED})`, () => {
    const bytes = [...bytesOfInsns(samples)].join(',');
    writeFileSync(join(folder, 'bytes.s'), `.byte ${bytes}\n`);
    run('llvm-mc-19', ...MC, 'bytes.s', '-o', 'bytes.o');
    const ours = disassemble(bytesOfInsns(samples)).map((line) => line.text);
    expect(ours).toEqual(objdump('bytes.o').map((line) => line.text));
  });

  test(`llvm-mc makes the same bytes (seed ${SEED})`, () => {
    const lines = disassemble(bytesOfInsns(samples)).map((line) => line.text);
    writeFileSync(join(folder, 'text.s'), `${lines.join('\n')}\n`);
    run('llvm-mc-19', ...MC, 'text.s', '-o', 'text.o');
    expect(lines.map((line) => hexOf(assembleProg(line).insns))).toEqual(
      objdump('text.o').map((line) => line.hex),
    );
  });
});
