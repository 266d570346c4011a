// Programs near the border of what a verifier accepts: those that tests have, written and random, with something changed.
import { kernelTypes } from '../../vm/btf/kernel-types.ts';
import { assembleObject, type ObjectSpec, type ProgSpec } from '../../vm/index.ts';
import { inputOf } from '../../vm/verifier/input-of.ts';
import type { Verdict } from '../../vm/verifier/verdict.ts';
import { verify } from '../../vm/verifier/walk/verify.ts';
import { ASM_SAMPLES } from './asm-samples/index.ts';
import { readCases, section, type TestCase } from './case-file.ts';
import { caseObject } from './helper-case.ts';
import { helperProgram } from './helper-programs.ts';
import { memoryProgram } from './memory-programs.ts';
import { mutated } from './mutate.ts';
import { programObject } from './program-case.ts';
import { isLoadable } from './program-spec.ts';
import { randomMapText } from './random-map-progs.ts';
import { randomPacketProg, type PacketProgType } from './random-packet-progs.ts';
import { PATHS_MAP, randomPaths } from './random-paths.ts';
import { randomWalk, SETTINGS, type SettingName } from './random-walks.ts';
import { riskyText } from './risky-programs.ts';
import type { Random } from './seed.ts';
import { isForLinux, verifierObject } from './verifier-case.ts';

/** Most changes to a program. */
const CHANGES = 2;
/** Programs that are made until one is accepted, and what they may walk. */
const TRIES = 10;
const LIMIT_INSNS = 5_000;
const PACKET_TYPES: readonly PacketProgType[] = [
  'sched_cls',
  'xdp',
  'cgroup_skb',
  'lwt_xmit',
  'socket_filter',
];
const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[]; // the table's own keys

type Maker = (random: Random) => ObjectSpec;

/** A state is kept wherever one can be. @see include/uapi/linux/bpf.h BPF_F_TEST_STATE_FREQ */
export const TEST_STATE_FREQ = 8;

/** Programs that are written down, by where; an object each, with that one program. */
export const WRITTEN: ReadonlyMap<string, () => readonly ObjectSpec[]> = new Map([
  [
    'test/support/asm-samples',
    () => Object.values(ASM_SAMPLES).flatMap(({ name, source }) => oneByOne(assembleObject(source, name))),
  ],
  [
    'test/cases/programs',
    () => readCases('programs').map(programObject).filter(isLoadable).flatMap(oneByOne),
  ],
  ['test/cases/helpers', () => readCases('helpers').filter(isPlain).map(caseObject).filter(isAskable)],
  [
    'test/cases/interp',
    () =>
      readCases('interp')
        .filter(({ sections }) => !sections.get('op')?.startsWith('ld_map_idx'))
        .map(interpObject),
  ],
  ['test/cases/verifier', () => readCases('verifier').filter(isForLinux).map(verifierObject)],
]);

/** Random programs, by what they are about. */
export const RANDOM: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['numbers that reach addresses', (random) => textObject('sched_cls', riskyText(random))],
  ['functions, callbacks and maps', (random) => textObject('socket_filter', randomMapText(random))],
  ['paths that meet', (random) => oneProg(random, 'socket_filter', PATHS_MAP, randomPaths(random))],
  ['memory', (random) => verifierObject(memoryProgram(random, 2 + random.below(14), 'memory'))],
  ['helpers', (random) => verifierObject(helperProgram(random, 'helpers'))],
  [
    'packets by helpers',
    (random) => {
      const type = random.pick(PACKET_TYPES);
      return oneProg(random, type, '', randomPacketProg(random, type));
    },
  ],
  ...SETTING_NAMES.map((setting): [string, Maker] => [
    `walks with ${setting}`,
    (random) => {
      const { type, maps, asm } = randomWalk(random, setting);
      return oneProg(random, type, maps, asm);
    },
  ]),
]);

/** Both, with one or two places changed; of random programs such as are accepted before that, for the most part. */
export const CHANGED: ReadonlyMap<string, Maker> = new Map([
  ...[...WRITTEN].map(([name, make]): [string, Maker] => {
    let made: readonly ObjectSpec[] | undefined;
    return [name, (random) => changed(random, random.pick((made ??= make().filter(isShort))))];
  }),
  ...[...RANDOM].map(([name, make]): [string, Maker] => [
    name,
    (random) => changed(random, accepted(random, make)),
  ]),
]);

/** The first that is accepted, of a few. */
function accepted(random: Random, make: Maker): ObjectSpec {
  for (let i = 1; i < TRIES; i++) {
    const object = make(random);
    if (briefly(object).refusal === undefined) return object;
  }
  return make(random);
}

/** True for an object whose one program is accepted soon: what takes longer takes tests too long. */
export function isBrief(object: ObjectSpec): boolean {
  return briefly(object).refusal === undefined;
}

function isShort(object: ObjectSpec): boolean {
  return briefly(object).stats.insns < LIMIT_INSNS;
}

function briefly(object: ObjectSpec): Verdict {
  return verify(inputOf(object, object.progs[0]!, kernelTypes()), { limitInsns: LIMIT_INSNS });
}

function changed(random: Random, object: ObjectSpec): ObjectSpec {
  const prog = object.progs[0]!;
  return withProg(object, { ...prog, insns: mutated(random, prog.insns, CHANGES) });
}

function withProg(object: ObjectSpec, prog: ProgSpec): ObjectSpec {
  return { ...object, progs: [prog] };
}

function oneByOne(object: ObjectSpec): ObjectSpec[] {
  return object.progs.map((prog) => withProg(object, prog));
}

/** One of four keeps a state wherever one can be. */
function oneProg(random: Random, type: string, maps: string, asm: string): ObjectSpec {
  const object = textObject(type, `${maps}\n.section "socket"\nmain:\n${asm}`);
  const flags = random.below(4) === 0 ? TEST_STATE_FREQ : 0;
  return withProg(object, { ...object.progs[0]!, flags });
}

function textObject(type: string, text: string): ObjectSpec {
  const object = assembleObject(text.startsWith('.license') ? text : `.license "GPL"\n${text}`, 'border');
  return withProg(object, { ...object.progs[0]!, type });
}

/** True for cases of helpers whose maps need no types. */
function isPlain({ sections }: TestCase): boolean {
  return !['fields', 'objects', 'freeze'].some((name) => sections.has(name));
}

/** False for programs whose target the oracle does not name. */
function isAskable({ progs }: ObjectSpec): boolean {
  const { type, section: name } = progs[0]!;
  return /^(tp_btf|iter)\//u.test(name) || (type !== 'tracing' && type !== 'lsm');
}

/** A case of the interpreter: its maps are lines of the oracle. */
function interpObject(testCase: TestCase): ObjectSpec {
  const maps = (testCase.sections.get('maps') ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name, type, key, value, entries] = line.split(/\s+/);
      return `.map ${name} ${type} key=${key} value=${value} entries=${entries}`;
    });
  return textObject(
    'socket_filter',
    `${maps.join('\n')}\n.section "socket"\nmain:\n${section(testCase, 'asm')}`,
  );
}
