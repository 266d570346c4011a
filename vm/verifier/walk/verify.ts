// From a program to its verdict.
import type { Env } from '../env.ts';
import { buildEnv, checkStackDepth, stackDepths } from '../flow/flow.ts';
import type { VerifyInput, VerifyOptions } from '../input.ts';
import { Refusal } from '../refusal.ts';
import type { Verdict, WalkStats } from '../verdict.ts';
import { walkGlobals, walkMain } from './functions.ts';

/** Most insns that are walked. @see include/linux/bpf.h BPF_COMPLEXITY_LIMIT_INSNS */
const LIMIT_INSNS = 1_000_000;

/** Verifies a program. Throws nothing but what is our own mistake. @see kernel/bpf/verifier.c bpf_check */
export function verify(input: VerifyInput, options: VerifyOptions = {}): Verdict {
  const limitInsns = options.limitInsns ?? LIMIT_INSNS;
  let env: Env | undefined;
  let refusal: Refusal | undefined;
  try {
    env = buildEnv(input, options);
    walkMain(env, limitInsns);
    walkGlobals(env, limitInsns);
    checkStackDepth(env);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refusal = error;
  }
  return verdictOf(env, refusal, limitInsns);
}

function verdictOf(env: Env | undefined, refusal: Refusal | undefined, limitInsns: number): Verdict {
  const stats: WalkStats = {
    insns: env?.insnsWalked ?? 0,
    limitInsns,
    maxStatesPerInsn: env?.maxStatesPerInsn ?? 0,
    totalStates: env?.totalStates ?? 0,
    peakStates: env?.peakStates ?? 0,
    stackBytes: env === undefined || refusal !== undefined ? [] : stackDepths(env),
  };
  return {
    ...(refusal === undefined ? {} : { refusal }),
    log: env?.log.records ?? (refusal === undefined ? [] : [{ kind: 'line', text: refusal.message }]),
    stats,
    facts: env?.facts ?? [],
    subprogs: env?.subprogs ?? [],
  };
}
