// Objects of clang that are linked, loaded and run: what their source says is what happens.
import { expect, test } from 'vitest';
import { DEFAULT_KERNEL, KERNELS } from '../../../vm/kernel/profiles/index.ts';
import type { Kernel } from '../../../vm/kernel/kernel.ts';
import { functionAddress } from '../../../vm/kernel/functions.ts';
import type { LoadedObject } from '../../../vm/index.ts';
import { linkObject, type LinkOptions } from '../../../vm/elf/link-object.ts';
import { linkCase, readCase, type ObjectName } from '../../support/elf-object.ts';
import { pointOf, rig, u32, u64s, type Rig } from '../../support/machine.ts';

interface Loaded extends Rig {
  readonly object: LoadedObject;
}

function load(name: ObjectName, options: Partial<LinkOptions> = {}): Loaded {
  const made = rig();
  return { ...made, object: made.machine.load(linkCase(name, options)) };
}

function run({ machine, object }: Loaded, name: string): number {
  const { errno, retval, fault } = machine.testRun(
    object.progs.find(({ spec }) => spec.name === name)!,
    {},
  );
  expect([errno, fault]).toEqual([0, undefined]);
  return retval;
}

function valueOf({ object }: Loaded, name: string, key = 0): Uint8Array {
  const value = object.maps.find(({ spec }) => spec.name === name)!.lookup(u32(key));
  if (typeof value === 'number') throw new Error(`no element ${key} in ${name}: ${value}`);
  return value;
}

test('global data: variables, static ones, sections of their own', () => {
  const loaded = load('data');
  run(loaded, 'enter');
  run(loaded, 'enter');
  const bss = new DataView(valueOf(loaded, '.bss').buffer);
  expect(bss.getBigUint64(0, true)).toBe(2n * (0x1122334455667788n + 3n)); // hits
  expect(bss.getUint32(8, true)).toBe(2); // lost
  const data = new DataView(valueOf(loaded, '.data').buffer);
  expect(data.getUint32(8, true)).toBe(9 + 2 * 6); // seen
  expect(loaded.lines()).toEqual([]);
});

test('variables that are set before load change what a program does', () => {
  const loaded = load('data', { globals: { mode: 'LOUD', level: 200n, own: new Uint8Array(12).fill(1) } });
  run(loaded, 'enter');
  expect(loaded.lines().map((line) => line.trim())).toEqual(['loud 16843009']);
  expect(new DataView(valueOf(loaded, '.bss').buffer).getBigUint64(0, true)).toBe(0x1122334455667788n + 200n);
  const other = load('data', { globals: { mode: 7n, filter: '', is_verbose: true } });
  run(other, 'enter');
  expect(other.lines().map((line) => line.trim())).toEqual(['none 5']);
});

// oxfmt-ignore
const REFUSED_VALUES = [
  { globals: { levl: 1n },                  says: 'levl: there is no such variable in data: did you mean level?' },
  { globals: { level: 256n },               says: 'level: unsigned char of 1 bytes is from 0 to 255, and not 256' },
  { globals: { least: -(2n ** 63n) - 1n },  says: 'least: long long of 8 bytes is from -9223372036854775808 to 9223372036854775807' },
  { globals: { is_verbose: 2n },            says: 'is_verbose: _Bool of 1 bytes is from 0 to 1, and not 2' },
  { globals: { mode: 'LOD' },               says: 'mode: enum mode has no LOD did you mean LOUD?' },
  { globals: { filter: 'x'.repeat(16) },    says: 'filter: the text has 16 bytes, bound 15 and a 0 behind them' },
  { globals: { target_pid: 'dd' },          says: 'target_pid: a text is for an array of char, and this is unsigned int of 4 bytes' },
  { globals: { origin: 1n },                says: 'origin: a variable of 8 bytes that is no number takes bytes' },
  { globals: { origin: new Uint8Array(4) }, says: 'origin: the variable has 8 bytes, and the value 4' },
];

test.each(REFUSED_VALUES)('a variable is not set: $says', ({ globals, says }) => {
  expect(() => linkCase('data', { globals })).toThrow(says);
});

test('a variable without sign takes -1 for its largest number, and nothing below its half', () => {
  expect(rodataWith(-1n)).toEqual(rodataWith(2n ** 32n - 1n));
  expect(() => rodataWith(-(2n ** 31n) - 1n)).toThrow('is from 0 to 4294967295');
});

function rodataWith(owner: bigint): Uint8Array {
  const { maps } = linkCase('data', { globals: { target_pid: owner } });
  return maps.find(({ name }) => name === '.rodata')!.data!;
}

test('subprograms and callbacks run where each program has its own copy of them', () => {
  const loaded = load('calls');
  // sum += twice(index): total becomes 0, 1, 3, and twice that is added
  expect(run(loaded, 'two')).toBe(0 + 2 + 6);
  expect(u64s(valueOf(loaded, '.bss'))).toEqual([3n]);
});

test('functions that a program does not call are left out, and hidden ones count as static', () => {
  const { progs } = linkCase('calls');
  const [one, two] = progs;
  expect(one!.funcs!.map(({ name, linkage }) => [name, linkage])).toEqual([
    ['one', 'global'],
    ['inside', 'static'],
    ['thrice', 'global'],
    ['twice', 'static'],
  ]);
  expect(two!.funcs!.map(({ name }) => name)).toEqual(['two', 'step', 'twice']);
  for (const { funcs, lines, insns, sourceLines } of progs) {
    expect(lines.length).toBe(insns.length / 8);
    for (const { pc } of funcs!) expect(sourceLines!.some((line) => line.pc === pc)).toBe(true);
  }
});

test('programs behind ? are loaded when they are asked for', () => {
  expect(linkCase('calls').progs.map(({ name }) => name)).toEqual(['one', 'two']);
  const [three, ...others] = linkCase('calls', { only: ['three'] }).progs;
  expect([three!.name, three!.section, three!.optional, others.length]).toEqual([
    'three',
    'raw_tp/sys_exit',
    true,
    0,
  ]);
  expect(() => linkCase('calls', { only: ['tree'] })).toThrow(
    'calls: there is no program tree: did you mean three?',
  );
});

const CONFIG = {
  CONFIG_HZ: '250',
  CONFIG_BPF_SYSCALL: 'y',
  CONFIG_XFS_FS: 'm',
  CONFIG_MODULES: 'y',
  CONFIG_DEFAULT_HOSTNAME: '"(none)"',
};
const KERNEL: Kernel = { ...DEFAULT_KERNEL, config: CONFIG };

test('externs: what the kernel has, and 0 for what it has not', () => {
  const loaded = load('externs', { kernel: KERNEL });
  run(loaded, 'ask');
  expect(u64s(valueOf(loaded, '.bss'))).toEqual([
    BigInt(KERNEL.version),
    1n,
    250n,
    1n,
    2n, // TRI_MODULE
    BigInt('y'.charCodeAt(0)),
    BigInt('n'.charCodeAt(0)),
    0n,
    functionAddress('bpf_map_fops'),
    0n,
  ]);
});

test('a call of a weak function that the kernel does not have is refused, and the refusal says which', () => {
  expect(() => load('missing')).toThrow(
    'careless: 1 (line 8): invalid func unknown#2002000000: extern function_of_no_kernel: linux-6.12 has no such function for programs',
  );
});

test('a function of the kernel has an address, whoever may call it; a weak one that nobody may call is not there', () => {
  const loaded = load('kernel-functions');
  run(loaded, 'names');
  expect(u64s(valueOf(loaded, '.bss'))).toEqual([functionAddress('ksys_read'), 0n]);
  expect(() => load('kernel-functions', { only: ['calls'] })).toThrow(
    'extern ksys_read: linux-6.12 has no such function for programs',
  );
});

test('a function of the kernel that the object declares otherwise', () => {
  expect(() => linkCase('kernel-functions', { only: ['mistakes'] })).toThrow(
    "the object declares 'int bpf_task_release(struct other **, u32)', and linux-6.12 has 'void bpf_task_release(struct task_struct *p)'",
  );
});

test('a program that a tag gives a function for what it throws has that function, and those it calls, behind all others', () => {
  const [throws] = linkCase('kernel-functions', { only: ['throws'] }).progs;
  expect(throws!.funcs!.map(({ name }) => name)).toEqual(['throws', 'caught', 'last']);
});

test('kernels before kernel functions have none', () => {
  expect(() => linkCase('externs', { kernel: KERNELS['linux-5.10'] })).toThrow(
    'bpf_rcu_read_lock: linux-5.10 has no such function for programs',
  );
});

// oxfmt-ignore
const REFUSED_CONFIGS = [
  { config: { CONFIG_BPF_SYSCALL: 'm' },    says: 'CONFIG_BPF_SYSCALL: the kernel\'s value m wants a variable of type bool or tristate or char, and this one is bool' },
  { config: { CONFIG_HZ: 'y' },             says: 'CONFIG_HZ: the kernel\'s value y wants' },
  { config: { CONFIG_MODULES: '300' },      says: 'CONFIG_MODULES: value 300 does not fit into the 1 bytes of the variable' },
  { config: { CONFIG_OF_NO_KERNEL: '"x"' }, says: 'CONFIG_OF_NO_KERNEL: the kernel\'s value "x" wants a variable of type text' },
  { config: { CONFIG_HZ: 'often' },         says: 'CONFIG_HZ: the kernel\'s value often is neither y, n, m, a number nor a text in quotes' },
];

test.each(REFUSED_CONFIGS)('an option of another type: $says', ({ config, says }) => {
  expect(() => linkCase('externs', { kernel: { ...DEFAULT_KERNEL, config } })).toThrow(says);
});

test('maps hold inner maps, and tail calls reach the programs of their slots', () => {
  const loaded = load('maps', { cpus: 2 });
  expect(loaded.object.maps.find(({ spec }) => spec.name === 'events')!.spec.maxEntries).toBe(8192);
  run(loaded, 'count');
  const jumps = loaded.object.maps.find(({ spec }) => spec.name === 'jumps')!;
  expect(loaded.object.progArray(jumps).hits).toBe(1);
  expect(loaded.object.maps.find(({ spec }) => spec.name === 'counts')!.entries).toBe(1);
});

test('an object of 2015 loads, and kprobe/9 is slot 9 of its last prog_array', () => {
  const loaded = load('legacy');
  loaded.machine.attachAll(loaded.object);
  loaded.machine.enter(pointOf());
  expect(loaded.object.progs.map(({ spec, runs }) => [spec.name, runs])).toEqual([
    ['nine', 1],
    ['entry', 1],
  ]);
  const [, others, jumps] = loaded.object.maps;
  expect(loaded.object.progArray(others!).misses.empty).toBe(1);
  expect(loaded.object.progArray(jumps!).slots).toMatchObject([{ index: 9, prog: 'nine', hits: 1 }]);
  expect(loaded.faults).toEqual([]);
});

test('an optional struct of functions is left out with its programs', () => {
  expect(linkCase('struct-ops').progs.map(({ name }) => name)).toEqual(['other']);
});

test('a call of what the kernel does not have stops a program that nobody verified, when it comes to it', () => {
  const { machine } = rig({ verifier: 'off' });
  const { progs } = machine.load(linkCase('missing'));
  expect(machine.testRun(progs[0]!, {}).fault).toMatchObject({ prog: 'careless', pc: 1 });
});

test('a map whose size the object leaves to its tool gets a usual one, and that is told', () => {
  const file = readCase('maps');
  const maps = file.maps.map((map) => (map.name === 'counts' ? { ...map, maxEntries: 0 } : map));
  const open = { ...file, maps };
  const { spec, assumed } = linkObject(open, { kernel: DEFAULT_KERNEL });
  expect(assumed).toEqual([{ map: 'counts', size: 'maxEntries', value: 10_240 }]);
  expect(spec.maps.find(({ name }) => name === 'counts')!.maxEntries).toBe(10_240);
  const sizes = { counts: { maxEntries: 5 } };
  expect(linkObject(open, { kernel: DEFAULT_KERNEL, sizes }).assumed).toEqual([]);
});

test('sizes that a tool sets before load', () => {
  const { maps } = linkCase('maps', { sizes: { counts: { maxEntries: 7 }, plain: { valueSize: 16 } } });
  const named = (name: string) => maps.find((map) => map.name === name)!;
  expect([named('counts').maxEntries, named('plain').valueSize]).toEqual([7, 16]);
  expect(() => linkCase('maps', { sizes: { count: { maxEntries: 7 } } })).toThrow('did you mean counts?');
});
