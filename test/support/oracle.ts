// Asks a real kernel: gives bpforacle.c a spec, a list of maps, programs and test runs (its head comment is the manual).
// Ask hasTool('kernel') first.
import { runTool } from './c-tool.ts';

/** One answer; which fields stand depends on `op`. */
export interface OracleAnswer {
  readonly op:
    | 'consume'
    | 'perf'
    | 'produce'
    | 'take'
    | 'asks'
    | 'mine'
    | 'map'
    | 'prog'
    | 'run'
    | 'slot'
    | 'unslot'
    | 'get'
    | 'set'
    | 'dump'
    | 'freeze'
    | 'note';
  readonly name?: string;
  readonly prog?: string;
  readonly map?: string;
  readonly key?: string;
  readonly tag?: string;
  readonly ok?: boolean;
  readonly errno?: number;
  readonly verdict?: 'accepted' | 'rejected';
  readonly log?: string;
  readonly insns?: number;
  readonly retval?: number;
  /** Of a run: ns of one run, the least of `reps`. */
  readonly duration_ns_min?: number;
  readonly value?: string;
  /** Of consume: hex, or 'lost N'. */
  readonly records?: readonly string[];
  readonly data_out?: string;
  readonly ctx_out?: string;
  readonly entries?: readonly (readonly [string, string])[];
}

/** What the kernel says to a spec. */
export function askKernel(spec: string): OracleAnswer[] {
  return JSON.parse(runTool('bpforacle', spec)) as OracleAnswer[];
}

/** Insns as the `insns` lines of a spec. */
export function insnsLine(insns: Uint8Array): string {
  const slots: string[] = [];
  for (let at = 0; at < insns.length; at += 8) {
    slots.push(Buffer.from(insns.subarray(at, at + 8)).toString('hex'));
  }
  return `insns ${slots.join(' ')}`;
}
