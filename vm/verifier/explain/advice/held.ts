// Advice for paths that end while something is held: where it was acquired, and which way leads past what gives it back.
import type { Held } from '../../state.ts';
import { plainCause, type Cause } from '../causes.ts';
import { calleeOf } from '../words.ts';
import { nameOf, whereText, type Advice, type Facts } from './facts.ts';
import { branchesOf } from './pointer.ts';

/** What gives back what a call has handed out. */
const GIVES_BACK: Readonly<Record<string, string>> = {
  bpf_ringbuf_reserve: 'bpf_ringbuf_submit or bpf_ringbuf_discard',
  bpf_ringbuf_reserve_dynptr: 'bpf_ringbuf_submit_dynptr or bpf_ringbuf_discard_dynptr',
  bpf_sk_lookup_tcp: 'bpf_sk_release',
  bpf_sk_lookup_udp: 'bpf_sk_release',
  bpf_skc_lookup_tcp: 'bpf_sk_release',
  bpf_obj_new_impl: 'bpf_obj_drop',
  bpf_task_acquire: 'bpf_task_release',
  bpf_task_from_pid: 'bpf_task_release',
  bpf_task_from_vpid: 'bpf_task_release',
  bpf_cgroup_acquire: 'bpf_cgroup_release',
  bpf_cgroup_from_id: 'bpf_cgroup_release',
  bpf_cgroup_ancestor: 'bpf_cgroup_release',
  bpf_cpumask_create: 'bpf_cpumask_release',
  bpf_cpumask_acquire: 'bpf_cpumask_release',
  bpf_spin_lock: 'bpf_spin_unlock',
  bpf_res_spin_lock: 'bpf_res_spin_unlock',
  bpf_local_irq_save: 'bpf_local_irq_restore',
  bpf_iter_num_new: 'bpf_iter_num_destroy',
  bpf_iter_task_new: 'bpf_iter_task_destroy',
  bpf_kptr_xchg: 'the release function of its type (or bpf_kptr_xchg again)',
};

/** Branches that are shown at most. */
const LIMIT_BRANCHES = 6;

const LOCKS: readonly Held['kind'][] = ['lock', 'res_lock', 'res_lock_irq'];

/** Of 'held-reference' and its like: what is still held, from the newest on. */
export function adviseHeld(facts: Facts): Advice | undefined {
  const kinds = KINDS[facts.refusal.code];
  const held = facts.path[facts.failed]?.held.findLast(({ kind }) => kinds?.includes(kind) === true);
  if (held === undefined) return undefined;
  const at = facts.path.findLastIndex(({ pc }, i) => pc === held.pc && i < facts.failed);
  if (at < 0) return undefined;
  const acquired = plainCause(facts.path, at, 'acquired');
  const callee = calleeOf(acquired.step.insn);
  const name = nameOf(facts, acquired, 'it').replace(/ \(it\)$/, '');
  const where = whereText(facts, held.pc);
  const back = GIVES_BACK[callee];
  const what =
    name === 'it'
      ? `what ${callee} handed out at ${where}`
      : `${name}, which ${callee} handed out at ${where},`;
  return {
    why: `${what} is still held when this path ends: no call on it gives it back`,
    fix:
      back === undefined
        ? `give ${name} back on every path, before the exit; on the way where a pointer is null nothing is held`
        : `call ${back} on this path too, before ${whereText(facts, facts.refusal.pc)}`,
    causes: [acquired, ...branchesOf(facts, at + 1).slice(-LIMIT_BRANCHES)],
  };
}

const KINDS: Readonly<Record<string, readonly Held['kind'][]>> = {
  'held-reference': ['ref'],
  'held-lock': LOCKS,
  'held-irq': ['irq'],
};

/** What begins the section in which something is not allowed. */
const OPENERS: Readonly<Record<string, string>> = {
  'held-rcu': 'bpf_rcu_read_lock',
  'helper-sleeps-rcu': 'bpf_rcu_read_lock',
  'sleep-rcu': 'bpf_rcu_read_lock',
  'rcu-nested': 'bpf_rcu_read_lock',
  'held-preempt': 'bpf_preempt_disable',
  'helper-sleeps-preempt': 'bpf_preempt_disable',
  'sleep-preempt': 'bpf_preempt_disable',
  'helper-sleeps-irq': 'bpf_local_irq_save',
  'sleep-irq': 'bpf_local_irq_save',
};

/** Of what is not allowed within a section: where the section begins, and how the path came from there. */
export function adviseSection(facts: Facts): Advice | undefined {
  const opener = OPENERS[facts.refusal.code];
  const at = facts.path.findLastIndex(({ insn }, i) => i < facts.failed && calleeOf(insn) === opener);
  return at < 0 ? undefined : { causes: sectionCauses(facts, at) };
}

/** Of what is not allowed while a lock is held: where it was taken. */
export function adviseLocked(facts: Facts): Advice | undefined {
  const held = facts.path[facts.failed]?.held.findLast(({ kind }) => LOCKS.includes(kind));
  const at = facts.path.findLastIndex(({ pc }, i) => pc === held?.pc && i < facts.failed);
  return at < 0 ? undefined : { causes: sectionCauses(facts, at) };
}

function sectionCauses(facts: Facts, at: number): Cause[] {
  return [plainCause(facts.path, at, 'opened'), ...branchesOf(facts, at + 1).slice(-LIMIT_BRANCHES)];
}
