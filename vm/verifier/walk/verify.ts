// From a program to its verdict.
import type { Env } from '../env.ts';
import { checkShape, checkStackDepth, makeEnv, stackDepths } from '../flow/flow.ts';
import type { VerifyInput, VerifyOptions } from '../input.ts';
import { Refusal } from '../refusal.ts';
import type { Verdict, WalkStats } from '../verdict.ts';
import { walkGlobals, walkMain } from './functions.ts';

/** Most insns that are walked. @see include/linux/bpf.h BPF_COMPLEXITY_LIMIT_INSNS */
const LIMIT_INSNS = 1_000_000;
/** The strict walk finds fewer states equal: it may take so many times the insns. */
const STRICT_TIMES = 4;

/** Verifies a program. Throws nothing but what is our own mistake. What Linux 6.18 takes for safe by mistake is refused, with the log of the stricter walk; where that passes too, log and statistics are those of Linux, and facts what is true. @see kernel/bpf/verifier.c bpf_check */
export function verify(input: VerifyInput, options: VerifyOptions = {}): Verdict {
  const env = makeEnv(input, options);
  const verdict = walkAll(env);
  if (verdict.refusal !== undefined || !env.hasGap) return verdict;
  const limitInsns = STRICT_TIMES * (options.limitInsns ?? LIMIT_INSNS);
  const strict = makeEnv(input, { ...options, limitInsns });
  strict.isStrict = true;
  const last = walkAll(strict);
  if (last.refusal !== undefined) return last;
  const facts = last.facts.map((fact, pc) => Object.assign(fact, { walked: verdict.facts[pc]!.walked }));
  return { ...verdict, facts, subprogs: last.subprogs };
}

function walkAll(env: Env): Verdict {
  const limitInsns = env.options.limitInsns ?? LIMIT_INSNS;
  let refusal: Refusal | undefined;
  try {
    checkShape(env);
    walkMain(env, limitInsns);
    walkGlobals(env, limitInsns);
    checkStackDepth(env);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refusal = error;
  }
  return verdictOf(env, refusal, limitInsns);
}

function verdictOf(env: Env, refusal: Refusal | undefined, limitInsns: number): Verdict {
  const stats: WalkStats = {
    insns: env.insnsWalked,
    limitInsns,
    maxStatesPerInsn: env.maxStatesPerInsn,
    totalStates: env.totalStates,
    peakStates: env.peakStates,
    stackBytes: refusal === undefined ? stackDepths(env) : [],
  };
  return {
    ...(refusal === undefined ? {} : { refusal }),
    log: env.log.records,
    stats,
    facts: env.facts,
    subprogs: env.subprogs,
    ctxBytes: env.ctxBytes,
  };
}
