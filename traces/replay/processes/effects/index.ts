// All effects, by the name of the call.
import { BIRTHS } from './births.ts';
import { DESCRIPTORS } from './descriptors.ts';
import { DIRECTORIES } from './directories.ts';
import type { Effects } from './effect.ts';
import { EXECS } from './exec.ts';
import { IDS } from './ids.ts';
import { OPENS } from './opens.ts';
import { SIGNALS_SENT } from './signals.ts';
import { SOCKETS } from './sockets.ts';
import { STATS } from './stats.ts';
import { WAITS } from './waits.ts';

/** What calls change. A call that is not here changes nothing that anybody is told of. */
export const EFFECTS: Effects = {
  ...BIRTHS,
  ...DESCRIPTORS,
  ...DIRECTORIES,
  ...EXECS,
  ...IDS,
  ...OPENS,
  ...SIGNALS_SENT,
  ...SOCKETS,
  ...STATS,
  ...WAITS,
};

/** Those by which threads come and go, get ids, or names: a signal may be the first that names its target. */
export const IDENTITY_EFFECTS: Effects = {
  ...BIRTHS,
  ...EXECS,
  ...WAITS,
  ...only(IDS, ['getppid']),
  ...only(SIGNALS_SENT, ['kill', 'tkill', 'tgkill', 'rt_sigqueueinfo', 'rt_tgsigqueueinfo']),
};

function only(effects: Effects, names: readonly string[]): Effects {
  return Object.fromEntries(names.map((name) => [name, effects[name]!])); // the tables' own keys
}
