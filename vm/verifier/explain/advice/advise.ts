// Which refusals are explained from the path, and not by the message's own words alone.
import type { MessageCode } from '../../messages/index.ts';
import { adviseRegion, adviseSize, adviseStackEnd, adviseUnbounded, advisePointerMath } from './bounds.ts';
import { adviseArgument } from './calls.ts';
import type { Advice, Facts } from './facts.ts';
import { adviseHeld, adviseLocked, adviseSection } from './held.ts';
import { adviseLoop } from './loops.ts';
import { advisePacket } from './packet.ts';
import { adviseNoMemory, adviseUnset } from './pointer.ts';
import { advisePoisoned } from './poisoned.ts';

type Advise = (facts: Facts) => Advice | undefined;

const ADVICE: Readonly<Partial<Record<MessageCode, Advise>>> = {
  'no-memory': adviseNoMemory,
  'not-readable': adviseUnset,
  'region-min': adviseRegion,
  'region-max': adviseRegion,
  'region-unbounded': adviseUnbounded,
  'index-negative': adviseUnbounded,
  'pointer-unbounded': advisePointerMath,
  'size-negative': adviseSize,
  'size-unbounded': adviseSize,
  'size-zero': adviseSize,
  'stack-bounds': adviseStackEnd,
  'stack-end': adviseStackEnd,
  'packet-range': advisePacket,
  'helper-unknown': advisePoisoned,
  'arg-type': adviseArgument,
  'memory-type': adviseArgument,
  'held-reference': adviseHeld,
  'held-lock': adviseHeld,
  'held-irq': adviseHeld,
  'held-rcu': adviseSection,
  'held-preempt': adviseSection,
  'helper-sleeps-rcu': adviseSection,
  'helper-sleeps-preempt': adviseSection,
  'helper-sleeps-irq': adviseSection,
  'sleep-rcu': adviseSection,
  'sleep-preempt': adviseSection,
  'sleep-irq': adviseSection,
  'rcu-nested': adviseSection,
  'call-locked': adviseLocked,
  'call-global-locked': adviseLocked,
  'kfunc-under-lock': adviseLocked,
  'lock-twice': adviseLocked,
  'too-long': adviseLoop,
  'jump-sequence': adviseLoop,
  'infinite-loop': adviseLoop,
};

/** What the path tells of a refusal; empty where the message's own columns say it all. */
export function advise(facts: Facts): Advice {
  return ADVICE[facts.refusal.code]?.(facts) ?? {};
}
