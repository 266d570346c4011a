// The assembler against llvm-mc, the disassembler against llvm-objdump, on random insns and on what clang makes of C.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assembleObject, assembleProg } from '../../../vm/asm/assemble.ts';
import { disassemble } from '../../../vm/asm/disassemble.ts';
import { OP_LIST, type Op, type OpName } from '../../../vm/isa/ops.ts';
import { bytesOf, hexOf } from '../../support/case-file.ts';
import { anyInsn, bytesOfInsns } from '../../support/random-insns.ts';
import { fromU64s, rig, u32 } from '../../support/machine.ts';
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
const SEED = 19;
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

  test.each(['v1', 'v2', 'v3', 'v4'])(
    'callbacks, kernel functions and data of clang -S for %s assemble and run',
    (cpu) => {
      writeFileSync(join(folder, 'loop.c'), CALLBACKS);
      const flags = ['-O2', '-g', '-target', 'bpf', `-mcpu=${cpu}`, 'loop.c'];
      run('clang-19', '-S', ...flags, '-o', 'loop.s');
      run('clang-19', '-c', ...flags, '-o', 'loop.o');
      const maps = '.map counts hash key=8 value=8 entries=64\n';
      const spec = assembleObject(maps + readFileSync(join(folder, 'loop.s'), 'utf8'), 'loop');
      const [prog] = spec.progs;
      run('llvm-objcopy-19', '-O', 'binary', '--only-section=raw_tp/sys_enter', 'loop.o', 'section.bin');
      const theirs = bytesOf(readFileSync(join(folder, 'section.bin')).toString('hex'));
      expect(withoutNames(prog!.insns.subarray(0, theirs.length))).toEqual(withoutNames(theirs));
      const { machine } = rig();
      const { progs, maps: counts } = machine.load(spec);
      counts[0]!.update(fromU64s(1n), fromU64s(100n), 0);
      const outcomes = [0n, 1n, 4n, 7n].map((nr) => {
        const { retval, fault } = machine.testRun(progs[0]!, { ctx: fromU64s(nr, 0n) });
        return fault?.message ?? retval;
      });
      expect(outcomes).toEqual([10, 4, 28, 5 + 145]);
    },
  );

  test('global data of clang -S is laid out as clang -c does, and a program reads and writes it', () => {
    writeFileSync(join(folder, 'data.c'), GLOBALS);
    const flags = ['-O2', '-target', 'bpf', '-mcpu=v3', 'data.c'];
    run('clang-19', '-S', ...flags, '-o', 'data.s');
    run('clang-19', '-c', ...flags, '-o', 'data.o');
    const spec = assembleObject(readFileSync(join(folder, 'data.s'), 'utf8'), 'data');
    const sections = spec.maps.map(({ name }) => name);
    expect(sections.toSorted()).toEqual(['.bss', '.data', '.data.mine', '.rodata', '.rodata.str1.1']);
    for (const { name, data, valueSize } of spec.maps) {
      run(
        'llvm-objcopy-19',
        '-O',
        'binary',
        '--set-section-flags',
        '.bss=alloc,load,contents',
        `--only-section=${name}`,
        'data.o',
        'section.bin',
      );
      const theirs = readFileSync(join(folder, 'section.bin'));
      expect(hexOf(data ?? new Uint8Array(valueSize)), name).toBe(hexOf(theirs));
    }
    const { machine, lines } = rig();
    const object = machine.load(spec);
    const { retval, fault } = machine.testRun(object.progs[0]!, { ctx: fromU64s(5n, 6n) });
    expect(fault).toBeUndefined();
    expect(retval).toBe(78 + 9 + 2);
    expect(lines()).toEqual(['hello 1 5', '1']);
    const bss = object.maps.find(({ spec }) => spec.name === '.bss')!;
    expect(bss.lookup(u32(0))).toEqual(expect.objectContaining({ 0: 1 }));
  });

  test.each(['v1', 'v2', 'v3', 'v4'])('clang -S for %s assembles to the bytes of clang -c', (cpu) => {
    writeFileSync(join(folder, 'prog.c'), PROGRAM);
    const flags = ['-O2', '-g', '-target', 'bpf', `-mcpu=${cpu}`, 'prog.c'];
    run('clang-19', '-S', ...flags, '-o', 'prog.s');
    run('clang-19', '-c', ...flags, '-o', 'prog.o');
    const maps = '.map counts hash key=8 value=8 entries=64\n';
    const object = assembleObject(maps + readFileSync(join(folder, 'prog.s'), 'utf8'), 'prog');
    expect(object.license).toBe('GPL');
    const programs = object.progs.map(({ name, section, type }) => ({ name, section, type }));
    expect(programs).toEqual([
      { name: 'count', section: 'raw_tp/sys_enter', type: 'raw_tracepoint' },
      { name: 'filter', section: 'kprobe/__seccomp_filter', type: 'kprobe' },
    ]);
    for (const prog of object.progs) {
      run('llvm-objcopy-19', '-O', 'binary', `--only-section=${prog.section}`, 'prog.o', 'section.bin');
      const theirs = bytesOf(readFileSync(join(folder, 'section.bin')).toString('hex'));
      const own = prog.insns.subarray(0, theirs.length);
      expect(withoutCalls(own)).toEqual(withoutCalls(theirs));
    }
  });
});

/** Disassembly without what only a linker knows: the distance to a subprogram, and src and imm of a map. */
function withoutCalls(bytes: Uint8Array): string[] {
  return disassemble(bytes).map(({ text }) =>
    text.replace(/^call pc.*/, 'call').replace(/^(?:ld_pseudo (r\d), 1, |(r\d) = )0(?: ll)?$/, '$1$2 = map'),
  );
}

/** The same without the other addresses that a linker fills in: of functions and of data. */
function withoutNames(bytes: Uint8Array): string[] {
  return withoutCalls(bytes).map((text) =>
    text
      .replace(/^call bpf_rcu.*/, 'call')
      .replace(/^(?:ld_pseudo (r\d), \d, \d+|(r\d) = (?:\d+ ll|map))$/, '$1$2 = address'),
  );
}

const PROGRAM = `
#define SEC(n) __attribute__((section(n), used))
struct { int (*type)[1]; long *key; long *value; int (*max_entries)[64]; } counts SEC(".maps");
static void *(*lookup)(void *, const void *) = (void *)1;
static long (*update)(void *, const void *, const void *, unsigned long) = (void *)2;
static long (*printk)(const char *, int, ...) = (void *)6;
static __attribute__((noinline)) int mix(int a, int b) { return a * b + 3; }
static __attribute__((noinline)) int twice(int a) { return mix(a, 2) ^ a; }
SEC("raw_tp/sys_enter") int count(unsigned long *ctx) {
  long nr = ctx[1], one = 1, *seen = lookup(&counts, &nr);
  if (seen) __sync_fetch_and_add(seen, 1); else update(&counts, &nr, &one, 0);
  char text[] = "syscall %d of %d\\n";
  if (nr < 20 && (signed char)nr * 3 > 1) printk(text, sizeof text, nr, twice(nr));
  return mix(nr, 5);
}
SEC("kprobe/__seccomp_filter") int filter(unsigned int *ctx) {
  int sum = 0;
  for (unsigned i = 0; i < ctx[0]; i++) { if (ctx[1] == i) return mix(i, ctx[3]); sum += (short)ctx[i & 7] * 5; }
#if __BPF_CPU_VERSION__ >= 4
  sum %= (int)ctx[9];
#endif
  switch (ctx[2]) { case 1: sum ^= 4; break; case 7: sum |= 9; break; case 8: sum -= 3; break; default: sum = __builtin_bswap32(sum); }
  return sum;
}
char _license[] SEC("license") = "GPL";
`;

const GLOBALS = `
#define SEC(n) __attribute__((section(n), used))
static long (*printk)(const char *, int, ...) = (void *)6;
int counter;
static int hidden;
long table[4] = { 1, 2, -3, 4 };
static const char msg[] = "hello %d %d";
struct { short a; char b; long c; } s = { 1, 2, 3 };
volatile const int cfg = 5;
char pad[3] = { 1 };
int custom SEC(".data.mine") = 9;
SEC("raw_tp/sys_enter") int prog(unsigned long *ctx) {
  static int calls;
  static long start = 77;
  counter++;
  hidden += calls++;
  table[ctx[1] & 3] += cfg;
  s.c++;
  start += counter;
  printk(msg, sizeof msg, counter, cfg);
  printk("%d", 3, pad[0]);
  return start + custom + table[2] + hidden;
}
char _license[] SEC("license") = "GPL";
unsigned int _version SEC("version") = 1234;
`;

const CALLBACKS = `
#define SEC(n) __attribute__((section(n), used))
typedef unsigned long u64;
typedef unsigned int u32;
struct { int (*type)[1]; long *key; long *value; int (*max_entries)[64]; } counts SEC(".maps");
static long (*bpf_loop)(u32, void *, void *, u64) = (void *)181;
static long (*for_each)(void *, void *, void *, u64) = (void *)164;
extern void bpf_rcu_read_lock(void) SEC(".ksyms");
extern void bpf_rcu_read_unlock(void) SEC(".ksyms");
struct sum { long value; };
static int add(u32 i, struct sum *sum) { sum->value += i; return 0; }
static int visit(void *map, long *key, long *value, struct sum *sum) { sum->value += *value; return 0; }
__attribute__((noinline)) int triple(int x) { return x * 3; }
static __attribute__((noinline)) int odd(int x) { return triple(x) + 1; }
static long total;
char bytes[16];
long flag;
SEC("raw_tp/sys_enter") int prog(u64 *ctx) {
  struct sum sum = {};
  bpf_rcu_read_lock();
  bpf_loop(10, add, &sum, 0);
  for_each(&counts, visit, &sum, 0);
  bpf_rcu_read_unlock();
  __sync_fetch_and_add(&total, sum.value);
  long seen = flag;
  if (__sync_bool_compare_and_swap(&flag, 0, 5)) seen++;
  switch (ctx[0]) { case 0: return odd(3); case 1: return 4; case 2: return 77; case 4: return odd(9); case 9: return 12; }
  return seen + bytes[ctx[1] & 15] + sum.value;
}
char _license[] SEC("license") = "GPL";
`;
