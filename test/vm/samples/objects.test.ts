// The samples as objects: what clang makes of their C, accepted by every kernel that comes along, and by this machine's.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readManifest } from '../../../backend/library/manifest.ts';
import { RECORDED_FOLDER, SAMPLES_FOLDER } from '../../../backend/library/package-root.ts';
import {
  inputOf,
  kernelOfTypes,
  KERNELS,
  readObject,
  SAMPLES,
  verify,
  type Kernel,
  type ObjectSpec,
} from '../../../vm/index.ts';
import { hookRig } from '../../support/hook-rig.ts';
import { askKernel, insnsLine } from '../../support/oracle.ts';
import { linkSample, SAMPLE_NAMES, sampleBytes } from '../../support/samples.ts';
import { hasTool } from '../../support/tools.ts';
import { vmlinux } from '../../support/vmlinux.ts';

const OURS = vmlinux();
const RUNNING = OURS === undefined ? undefined : kernelOfTypes(OURS, 'vmlinux');
const ALL_KERNELS: readonly Kernel[] = [
  ...Object.values(KERNELS),
  ...(RUNNING === undefined ? [] : [RUNNING]),
];

test('each has its C and its object, and no file is left over', () => {
  const rows = Object.values(SAMPLES);
  expect(filesIn('objects').toSorted()).toEqual(rows.map(({ object }) => object).toSorted());
  const headers = ['src/kernel.h', 'src/histogram.h'];
  expect(filesIn('src').toSorted()).toEqual([...rows.map(({ source }) => source), ...headers].toSorted());
});

test.each(SAMPLE_NAMES)(
  'the table names the global variables of %s, and recordings that there are',
  (name) => {
    const { object, globals, suits } = SAMPLES[name]!;
    const { types, maps } = readObject(sampleBytes(object), name);
    const rodata = maps.find((map) => map.name === '.rodata');
    const section = rodata === undefined ? undefined : types?.type(rodata.valueType ?? 0);
    const vars = section?.kind === 'datasec' ? section.vars.map(({ type }) => types!.type(type)) : [];
    expect(globals.map((one) => one.name).toSorted()).toEqual(
      vars
        .map((one) => (one.kind === 'var' ? one.name : '?'))
        .filter((one) => !one.includes('____fmt'))
        .toSorted(),
    );
    expect(suits.length).toBeGreaterThan(0);
    const recordings = readManifest(RECORDED_FOLDER).map(({ entry }) => entry.name);
    expect(recordings).toEqual(expect.arrayContaining([...suits]));
  },
);

test.each(SAMPLE_NAMES)('%s holds no path of the machine that it was built on', (name) => {
  expect(Buffer.from(sampleBytes(SAMPLES[name]!.object)).toString('latin1')).not.toMatch(
    /\/(?:home|root|usr|tmp|work)\//,
  );
});

describe.skipIf(!hasTool('bpf-c'))('built again', () => {
  const out = mkdtempSync(join(tmpdir(), 'tailscope-samples-'));
  afterAll(() => rmSync(out, { recursive: true }));

  test('all of them are what is here', () => {
    const { status, stderr } = spawnSync('sh', [join(SAMPLES_FOLDER, 'build.sh')], {
      env: { ...process.env, OUT: out },
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    for (const name of SAMPLE_NAMES) {
      const {
        types: ours,
        sections: _,
        ...built
      } = readObject(new Uint8Array(readFileSync(join(out, `${name}.bpf.o`))), name);
      const { types, sections: __, ...here } = readObject(sampleBytes(SAMPLES[name]!.object), name);
      expect(built, name).toEqual(here);
      const ids = Array.from({ length: types?.count ?? 0 }, (___, id) => id);
      expect(ids.map((id) => ours?.type(id))).toEqual(ids.map((id) => types?.type(id)));
    }
  });
});

describe.each(ALL_KERNELS)('on $name', (kernel) => {
  test.each(SAMPLE_NAMES)('%s is accepted', (name) => {
    const spec = linkSample(name, kernel);
    const verdicts = spec.progs.map((prog) => verify(inputOf(spec, prog, kernel.types)));
    expect(verdicts.map(({ refusal }) => refusal?.message)).toEqual(spec.progs.map(() => undefined));
    expect(hookRig({ kernel }).machine.load(spec).progs).toHaveLength(spec.progs.length);
  });
});

test.skipIf(!hasTool('kernel') || RUNNING === undefined).each(SAMPLE_NAMES)(
  "this machine's kernel accepts %s",
  (name) => {
    const spec = linkSample(name, RUNNING);
    const answers = askKernel(loadLines(spec));
    expect(answers).toHaveLength(spec.maps.length + spec.progs.length);
    const refused = answers.filter(({ errno }) => errno !== 0);
    expect(refused).toEqual([]);
  },
);

/** Paths of files from the folder of samples on. */
function filesIn(folder: string): string[] {
  return readdirSync(join(SAMPLES_FOLDER, folder)).map((file) => `${folder}/${file}`);
}

/** A spec of the oracle: its maps and its programs. */
function loadLines({ maps, progs, license }: ObjectSpec): string {
  const lines = maps.map(
    (map) => `map ${map.name} ${map.type} ${map.keySize} ${map.valueSize} ${map.maxEntries} ${map.flags}`,
  );
  for (const prog of progs) {
    const insns = prog.insns.slice();
    const view = new DataView(insns.buffer);
    for (const { pc, map, valueOff } of prog.relocs) {
      view.setUint32(
        8 * pc + 4,
        maps.findIndex((one) => one.name === map),
        true,
      );
      if (valueOff !== undefined) view.setUint32(8 * pc + 12, valueOff, true);
    }
    lines.push(`prog ${prog.name} ${prog.type} log=0 license=${license}`, insnsLine(insns), 'end');
  }
  return lines.join('\n');
}
