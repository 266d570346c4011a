// The programs that come with Tailscope.
import type { Sample } from '../api.ts';
import { latency } from './latency.ts';
import { opens } from './opens.ts';
import { syscount } from './syscount.ts';
import { tracex5 } from './tracex5.ts';

/** By name, in the order in which a reader should meet them. */
export const SAMPLES: Readonly<Record<string, Sample>> = { tracex5, syscount, latency, opens };
