// What clang -S prints for the C of test/cases/clang, assembled here, against the object that clang -c makes of it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assembleObject, disassemble, type ObjectSpec } from '../../../vm/index.ts';
import { hexOf } from '../../support/case-file.ts';
import { fromU64s, rig, u32, u64s } from '../../support/machine.ts';
import { hasTool } from '../../support/tools.ts';

const CASES = join(import.meta.dirname, '..', '..', 'cases', 'clang');
/** What the C declares in .maps. */
const MAPS = `.map counts hash key=8 value=8 entries=64
.map jumps prog_array key=4 value=4 entries=8
`;
const WAYS = ['v1', 'v2', 'v3', 'v4'].flatMap((cpu) => [`-mcpu=${cpu} -O2 -g`, `-mcpu=${cpu} -Os`]);
const RUNS = readdirSync(CASES).flatMap((file) => WAYS.map((way) => ({ name: basename(file, '.c'), way })));

describe.skipIf(!hasTool('clang'))('what clang makes of C', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tailscope-clang-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function run(program: string, ...args: readonly string[]): void {
    const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', cwd: folder });
    if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  }

  /** Assembles the text of a case; leaves the object of clang in the folder. */
  function compile(name: string, way: string): ObjectSpec {
    const flags = ['-target', 'bpf', ...way.split(' '), join(CASES, `${name}.c`)];
    run('clang-19', '-S', ...flags, '-o', `${name}.s`);
    run('clang-19', '-c', ...flags, '-o', `${name}.o`);
    return assembleObject(MAPS + readFileSync(join(folder, `${name}.s`), 'utf8'), name);
  }

  /** Contents of a section of the object of clang. */
  function sectionOf(name: string, section: string): Uint8Array {
    const flags = ['--set-section-flags', '.bss=alloc,load,contents', `--only-section=${section}`];
    run('llvm-objcopy-19', '-O', 'binary', ...flags, `${name}.o`, 'section.bin');
    return Uint8Array.from(readFileSync(join(folder, 'section.bin')));
  }

  test.each(RUNS)('$name with $way: programs and data are those of the object', ({ name, way }) => {
    const { progs, maps, license } = compile(name, way);
    expect(license).toMatch(/^(?:GPL|Dual BSD\/GPL)$/);
    for (const { section, insns } of progs) {
      const theirs = sectionOf(name, section);
      expect(theirs.length).toBeGreaterThan(0);
      expect(withoutAddresses(insns.subarray(0, theirs.length))).toEqual(withoutAddresses(theirs));
    }
    const data = maps.filter((map) => map.name.startsWith('.'));
    for (const map of data) {
      expect(hexOf(map.data ?? new Uint8Array(map.valueSize)), map.name).toBe(
        hexOf(sectionOf(name, map.name)),
      );
    }
  });

  test.each(WAYS)('callbacks and functions of the kernel run, compiled with %s', (way) => {
    const { machine } = rig();
    const { progs, maps } = machine.load(compile('callbacks', way));
    maps[0]!.update(fromU64s(1n), fromU64s(100n), 0);
    const outcomes = [0n, 1n, 4n, 7n].map((nr) => {
      const { retval, fault } = machine.testRun(progs[0]!, { ctx: fromU64s(nr, 0n) });
      return fault?.message ?? retval;
    });
    expect(outcomes).toEqual([10, 4, 28, 5 + 145]);
  });

  test.each(WAYS)('global data is read and written, compiled with %s', (way) => {
    const { machine, lines } = rig();
    const { progs, maps } = machine.load(compile('globals', way));
    const { retval, fault } = machine.testRun(progs[0]!, { ctx: fromU64s(5n, 6n) });
    expect(fault).toBeUndefined();
    expect(retval).toBe(89);
    expect(lines()).toEqual(['hello 1 5', '1']);
    const data = maps.find(({ spec }) => spec.name === '.data')!;
    expect(u64s(data.lookup(u32(0))).slice(0, 4)).toEqual([1n, 2n, 2n, 4n]);
  });
});

/** Disassembly without what only a linker knows: of calls where they go, of wide insns what they load. */
function withoutAddresses(bytes: Uint8Array): string[] {
  return disassemble(bytes).map(({ text }) =>
    text
      .replace(/^call (?:pc|bpf_rcu).*/, 'call')
      .replace(/^(?:ld_pseudo (r\d), \d, \d+|(r\d) = -?\d+ ll)$/, '$1$2 = address'),
  );
}
