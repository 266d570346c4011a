// Random programs that the verifier accepts do the same on both engines, down to the last byte of the heap: what is compiled with its knowledge trusts it.
import { expect, test } from 'vitest';
import { assembleObject, LoadError, type LoadedObject, type Machine } from '../../../../vm/index.ts';
import { u32 } from '../../../support/machine.ts';
import { JUMPS, JUMP_SLOTS, randomMapText } from '../../../support/random-map-progs.ts';
import { randomPacketProg, type PacketProgType } from '../../../support/random-packet-progs.ts';
import { PATHS_MAP, randomPaths } from '../../../support/random-paths.ts';
import { randomProg } from '../../../support/random-prog.ts';
import { Random, seedOf } from '../../../support/seed.ts';
import { Twins } from '../../../support/twins.ts';

const SEED = seedOf(1106);
const TIMES = Number(process.env['TAILSCOPE_TIMES'] ?? 1);
const RUNS = 3;

interface Kind {
  readonly name: string;
  readonly progs: number;
  /** The text of an object; the program that runs is its first. */
  readonly text: (random: Random) => string;
  /** A map whose slots are filled with the program itself. */
  readonly slots?: { readonly map: string; readonly count: number };
}

const packet = (type: PacketProgType, section: string, progs: number): Kind => ({
  name: `on packets, ${type}`,
  progs,
  text: (random) => `.license "GPL"\n.section "${section}"\nmain:\n${randomPacketProg(random, type)}`,
});

const KINDS: readonly Kind[] = [
  {
    name: 'with maps, callbacks and tail calls',
    progs: 60,
    text: randomMapText,
    slots: { map: JUMPS, count: JUMP_SLOTS },
  },
  {
    name: 'with branches, loops and functions',
    progs: 60,
    text: (random) => `.license "GPL"\n${PATHS_MAP}\n.section "socket"\nmain:\n${randomPaths(random)}`,
    slots: { map: 'progs', count: 4 },
  },
  packet('sched_cls', 'tc', 40),
  packet('xdp', 'xdp', 30),
  packet('cgroup_skb', 'cgroup_skb/ingress', 15),
];

/** Loads the object on both machines; undefined where it is refused. */
function load(twins: Twins, text: string): ReadonlyMap<Machine, LoadedObject> | undefined {
  const spec = assembleObject(text, 'random');
  const loaded = new Map<Machine, LoadedObject>();
  const isLoaded = twins.both((machine) => {
    try {
      loaded.set(machine, machine.load(spec));
      return true;
    } catch (error) {
      if (error instanceof LoadError) return false;
      throw error;
    }
  });
  return isLoaded ? loaded : undefined;
}

test.each(KINDS)('programs $name', { timeout: 60_000 * TIMES }, ({ name, progs, text, slots }) => {
  const random = new Random(SEED);
  let ran = 0;
  for (let i = 0; i < progs * TIMES; i++) {
    const what = `program ${i} ${name}, seed ${SEED}`;
    // Some runs end where their budget does.
    const twins = new Twins({ limitInsns: random.below(3) === 0 ? 1 + random.below(150) : 20_000 });
    const loaded = load(twins, text(random));
    if (loaded === undefined) continue;
    ran += 1;
    for (let slot = 0; slot < (slots?.count ?? 0); slot++) {
      if (random.below(2) === 0) continue;
      twins.both((machine) => {
        const { maps, progs } = loaded.get(machine)!;
        return maps.find(({ spec }) => spec.name === slots!.map)!.update(u32(slot), u32(progs[0]!.fd), 0);
      }, what);
    }
    const data = Uint8Array.from({ length: 60 + random.below(60) }, () => random.below(256));
    for (let run = 0; run < RUNS; run++)
      twins.both((machine) => machine.testRun(loaded.get(machine)!.progs[0]!, { data }), what);
    twins.compare(what);
  }
  expect(ran).toBeGreaterThan((progs * TIMES) / 3);
});

test('programs that only compute', { timeout: 60_000 * TIMES }, () => {
  const random = new Random(SEED);
  const progs = 80 * TIMES;
  let ran = 0;
  for (let i = 0, twins = new Twins(); i < progs; i++) {
    if (i % 50 === 49) twins = new Twins();
    const insns = randomProg(random, 60);
    const fd = twins.prog({ name: `p${i}`, type: 'socket_filter', insns, license: 'GPL' });
    if (fd < 0) continue;
    ran += 1;
    const what = `program ${i}, seed ${SEED}`;
    twins.both((machine) => machine.testRun(fd, { data: new Uint8Array(64) }), what);
    twins.compare(what);
  }
  expect(ran).toBeGreaterThan(progs / 2);
});
