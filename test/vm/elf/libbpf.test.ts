// The objects beside what bpftool, with its libbpf, asks this machine's kernel to load: insns, functions, lines and maps of each program are the same.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Btf } from '../../../vm/btf/btf.ts';
import { kfuncRow } from '../../../vm/helpers/kfuncs.ts';
import { DEFAULT_KERNEL } from '../../../vm/kernel/profiles/index.ts';
import { MAP_FLAGS, MAP_TYPES } from '../../../vm/maps/types.ts';
import type { MapSpec, ObjectSpec, ProgSpec } from '../../../vm/object.ts';
import { toolPath } from '../../support/c-tool.ts';
import { linkCase, OBJECT_FOLDER, type ObjectName } from '../../support/elf-object.ts';
import { readLoads, type CapturedLoad } from '../../support/load-corpus.ts';
import { findProgram, hasTool } from '../../support/tools.ts';
import { vmlinux } from '../../support/vmlinux.ts';

const BPFTOOL = findProgram('bpftool');
/** libbpf takes no maps of 2015 any more, asks for structs of functions even where they are optional, and for options wants a file of them. */
const NAMES = ['data', 'calls', 'maps'] as const satisfies readonly ObjectName[];

const canAsk = hasTool('kernel') && BPFTOOL !== undefined && vmlinux() !== undefined;

describe.skipIf(!canAsk)('beside libbpf', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tailscope-libbpf-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(NAMES)('%s', (name) => {
    const loads = loadsOf(name, folder);
    const spec = linkCase(name, { kernel: { ...DEFAULT_KERNEL, types: vmlinux()! } });
    expect(loads.map((load) => load.name).toSorted()).toEqual(spec.progs.map((prog) => prog.name).toSorted());
    for (const load of loads) {
      const prog = spec.progs.find((each) => each.name === load.name)!;
      expect(shownOurs(prog, spec), prog.name).toEqual(shownTheirs(load, vmlinux()!));
      expect(prog.funcs?.map(({ pc, typeId }) => [pc, typeId])).toEqual(recordsOf(load.func, load.func_rec));
      expect(prog.sourceLines?.map(({ pc, line }) => [pc, line])).toEqual(
        recordsOf(load.line, load.line_rec).map(([pc]) => [pc, lineAt(load, pc!)]),
      );
      for (const { pc, map } of prog.relocs) {
        expect(ourMap(spec, map)).toEqual(theirMap(load, pc));
      }
    }
  });
});

/** What is asked for; file systems are mounted for these alone. */
function loadsOf(name: ObjectName, folder: string): CapturedLoad[] {
  const shim = toolPath('capture-loads', ['-shared', '-fPIC', '-ldl']);
  const out = join(folder, `${name}.jsonl`);
  const script = `mount -t bpf bpf /sys/fs/bpf && mount -t tmpfs tmpfs /mnt && \\
    TAILSCOPE_CAPTURE=${out} LD_PRELOAD=${shim} ${BPFTOOL} prog loadall ${OBJECT_FOLDER}${name}.o /sys/fs/bpf/tailscope`;
  spawnSync('unshare', ['--mount', 'sh', '-c', script], { encoding: 'utf8' });
  execFileSync('test', ['-s', out]);
  return readLoads(out).filter(({ name: prog }) => prog !== ''); // those without are questions about the kernel
}

/** Insns as hex; in the place of what only a kernel numbers stands what it means. */
function shownOurs(prog: ProgSpec, spec: ObjectSpec): string[] {
  const names = new Map(prog.relocs.map(({ pc, map }) => [pc, ourMap(spec, map).name]));
  return shown(
    prog.insns,
    (pc) => names.get(pc),
    (imm) => imm,
  );
}

function shownTheirs(load: CapturedLoad, kernel: Btf): string[] {
  const insns = Uint8Array.from(Buffer.from(load.insns, 'hex'));
  const view = new DataView(insns.buffer);
  const kfunc = (id: number): number | undefined => {
    const record = kernel.type(id);
    return record.kind === 'func' ? kfuncRow(record.name)?.id : undefined;
  };
  return shown(insns, (pc) => load.maps[view.getInt32(8 * pc + 4, true)]?.name, kfunc);
}

function shown(
  insns: Uint8Array,
  mapAt: (pc: number) => string | undefined,
  kfunc: (imm: number) => number | undefined,
): string[] {
  const bytes = Buffer.from(insns);
  const list: string[] = [];
  for (let pc = 0; pc < bytes.length / 8; pc++) {
    const at = 8 * pc;
    const src = bytes[at + 1]! >> 4;
    const [imm, opcode] = [bytes.readInt32LE(at + 4), bytes[at]];
    if (opcode === 0x85 && src === 2) {
      list.push(`kernel function ${kfunc(imm)}`);
    } else if (opcode === 0x18) {
      const high = bytes.readInt32LE(at + 12);
      const isAddress = src === 0 && high === -1;
      const what =
        src === 1 || src === 2
          ? `map ${mapAt(pc)} ${src} ${high}`
          : isAddress
            ? 'kernel'
            : `${src} ${imm} ${high}`;
      list.push(`r${bytes[at + 1]! & 15} = ${what}`, '');
      pc += 1;
    } else {
      list.push(bytes.toString('hex', at, at + 8));
    }
  }
  return list;
}

interface ShownMap {
  readonly name: string;
  readonly type: number;
  readonly sizes: readonly number[];
  readonly flags: number;
  readonly data: string | undefined;
}

function ourMap({ maps }: ObjectSpec, name: string): ShownMap {
  const map: MapSpec = maps.find((each) => each.name === name)!;
  const { type, keySize, valueSize, maxEntries, flags, data, valueType = 0 } = map;
  return {
    name: (map.kernelName ?? name).slice(0, 15),
    type: MAP_TYPES[type as keyof typeof MAP_TYPES].number, // an object's map has a type of the table
    sizes: [keySize, valueSize, maxEntries, valueType],
    flags: flags & ~MAP_FLAGS.mmapable.bit,
    data: data === undefined || name === '.kconfig' ? undefined : Buffer.from(data).toString('hex'),
  };
}

/** libbpf before 1.2 maps all global data into memory, that of .kconfig is the kernel's. */
function theirMap(load: CapturedLoad, pc: number): ShownMap {
  const fd = Buffer.from(load.insns, 'hex').readInt32LE(8 * pc + 4);
  const { name, type, key, value, max, vt, flags, data } = load.maps[fd]!;
  const isData =
    type === MAP_TYPES.array.number && max === 1 && name.includes('.') && !name.endsWith('.kconfig');
  return {
    name,
    type,
    sizes: [key, value, max, vt],
    flags: flags & ~MAP_FLAGS.mmapable.bit,
    data: isData ? (data ?? '00'.repeat(value)) : undefined,
  };
}

/** First two words of each record. */
function recordsOf(hex: string, bytes: number): number[][] {
  const data = Buffer.from(hex, 'hex');
  return Array.from({ length: data.length / bytes }, (_, i) => [
    data.readUInt32LE(i * bytes),
    data.readUInt32LE(i * bytes + 4),
  ]);
}

function lineAt({ line, line_rec }: CapturedLoad, pc: number): number {
  const data = Buffer.from(line, 'hex');
  const at = recordsOf(line, line_rec).findIndex(([each]) => each === pc) * line_rec;
  return data.readUInt32LE(at + 12) >>> 10;
}
