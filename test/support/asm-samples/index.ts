// Programs in the machine's own assembly that tests and benchmarks load where an object of clang would hide what they are about.
import { latency } from './latency.ts';
import { opens } from './opens.ts';
import { syscount } from './syscount.ts';
import { tracex5 } from './tracex5.ts';

export interface AsmSample {
  readonly name: string;
  /** Text that `assembleObject` takes. */
  readonly source: string;
}

/** By name. */
export const ASM_SAMPLES = { tracex5, syscount, latency, opens } as const satisfies Record<string, AsmSample>;
