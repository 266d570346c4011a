// What the verifier is given.
import type { Env } from './env.ts';
import type { Btf } from '../btf/btf.ts';
import type { ProgTypeName } from '../kernel/prog-types.ts';
import type { FuncInfo, LineInfo, MapSpec, ObjectType, PoisonedInsn } from '../object.ts';

/** A map that the program names. The same map is the same JavaScript object. */
export interface VerifierMap {
  readonly spec: MapSpec;
  /** Of maps of maps: what those inside are like. */
  readonly inner?: VerifierMap;
  /** The value of a frozen map that programs may only read (.rodata): loads from it yield what stands there. */
  readonly constant?: Uint8Array;
}

/** Which map a wide insn names, and where in its value it points. */
export interface MapUse {
  readonly map: VerifierMap;
  /** Present when the insn loads the address of the value. */
  readonly valueOff?: number;
}

/** What a program is attached to, where its type or ctx depends on that. */
export interface AttachTarget {
  /** Name of the kernel's function, of the tracepoint, or of the member of a struct of functions. */
  readonly name: string;
  /** Of struct_ops: the struct's name. */
  readonly struct?: string;
}

export interface VerifyInput {
  readonly name: string;
  readonly type: ProgTypeName;
  /** expected_attach_type. */
  readonly attachType: number;
  /** BPF_F_* of the load. */
  readonly flags: number;
  /** The licence is GPL compatible. */
  readonly gpl: boolean;
  /** 8 bytes each, little endian. */
  readonly insns: Uint8Array;
  /** By pc of the wide insn. */
  readonly maps: ReadonlyMap<number, MapUse>;
  /** By pc; empty when there is no BTF. */
  readonly funcs: readonly FuncInfo[];
  /** By pc; empty when there is none. */
  readonly lines: readonly LineInfo[];
  /** The program's BTF. */
  readonly types?: Btf;
  /** The kernel's. */
  readonly kernel: Btf;
  readonly target?: AttachTarget;
  /** Types that bpf_obj_new makes. */
  readonly objects: readonly ObjectType[];
  /** Insns that CO-RE found no answer for: refusals of them tell what was asked. */
  readonly poisoned?: readonly PoisonedInsn[];
  /** CPUs of the machine: what bpf_get_smp_processor_id stays below. Default: the most that a machine has. */
  readonly cpus?: number;
}

/** How much is written down. */
export interface VerifyOptions {
  /** 0 nothing but the verdict, 1 the path that fails, 2 everything; as log_level of BPF_PROG_LOAD. Default 0. */
  readonly logLevel?: 0 | 1 | 2;
  /** Insns to walk at most. Default LIMIT_INSNS. */
  readonly limitInsns?: number;
  /**
   * False: a path ends only where a state that was walked admits every number that this one does, whether anything relied on it or not. What
   * `onInsn` saw stands for all runs then. Slow. Default true.
   */
  readonly isPruning?: boolean;
  /** BPF_F_TEST_STATE_FREQ: a state is kept at each point where one can be. Default false. */
  readonly everyState?: boolean;
  /** Shown the state in front of each insn that is walked. Slow: for tests and explanations. */
  readonly onInsn?: (pc: number, env: Env) => void;
}
