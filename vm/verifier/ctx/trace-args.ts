// The ctx of programs that are attached to a function: its arguments, and behind them its result.
import type { Btf, BtfRecord } from '../../btf/btf.ts';
import {
  isSmallInt,
  isStruct,
  kindWord,
  nameOf,
  plainType,
  shownName,
  skipModifiers,
} from '../../btf/query.ts';
import type { Env } from '../env.ts';
import { FLAGS, makeReg, scalarReg, UNKNOWN_REG, withReg, type Reg } from '../reg.ts';
import { signedRange } from '../scalar-narrow.ts';
import { iterArg } from './iter-args.ts';
import { argFlaw } from './null-args.ts';
import { isNullableArg, promoted, type FuncProto } from './struct-ops.ts';
import { TRACE_ATTACH, traceAttach, traceTarget, type TraceTarget } from './target.ts';

/** Arguments that a program may read of a function that no BTF tells of. @see MAX_BPF_FUNC_REG_ARGS */
const UNKNOWN_ARGS = 5;

/** What a load of `bytes` at `off` yields; a text that says why there is none, in the kernel's words. @see btf_ctx_access */
export function loadArg(env: Env, off: number, bytes: number): Reg | string {
  const target = traceTarget(env.input);
  const { name, proto } = target;
  if (off % 8 !== 0) return `func '${name}' offset ${off} is not multiple of 8`;
  const arg = proto === undefined ? off / 8 : argAt(env.input.kernel, proto, off);
  const count = proto === undefined ? UNKNOWN_ARGS : proto.params.length - (target.isTracepoint ? 1 : 0);
  const none = `func '${name}' doesn't have ${arg + 1}-th argument`;
  if (arg > count) return none;
  if (arg === count) return loadResult(env, target, bytes, none);
  if (proto === undefined) return UNKNOWN_REG;
  const param = proto.params[target.isTracepoint ? arg + 1 : arg]!;
  return loadValue(env, target, {
    arg,
    off,
    bytes,
    type: param.type,
    isNullable: param.name.endsWith('__nullable'),
  });
}

/** Number of the argument that lies at `off`: structs take as many words as they have, tracepoints are counted with their own first. */
function argAt(btf: Btf, { params, ret }: FuncProto, off: number): number {
  let end = 0;
  for (let i = 0; i < params.length; i++) {
    end += wordBytes(btf, params[i]!.type);
    if (off < end) return i;
  }
  return off < end + wordBytes(btf, ret) ? params.length : params.length + 1;
}

function wordBytes(btf: Btf, type: number): number {
  const record = plainType(btf, type);
  return record.kind === 'ptr' ? 8 : Math.ceil(('bytes' in record ? record.bytes : 0) / 8) * 8;
}

/** @see bpf_lsm_get_retval_range */
const LSM_BOOL = new Set([
  'bpf_lsm_xfrm_state_pol_flow_match',
  'bpf_lsm_audit_rule_known',
  'bpf_lsm_inode_xattr_skipcap',
]);
const MIN_ERRNO = -4095n;

/** What stands behind the arguments. */
function loadResult(env: Env, target: TraceTarget, bytes: number, none: string): Reg | string {
  const { kernel } = env.input;
  const { name, proto } = target;
  switch (traceAttach(env.input)) {
    case TRACE_ATTACH.lsm:
      return LSM_BOOL.has(name) ? scalarReg(signedRange(0n, 1n)) : scalarReg(signedRange(MIN_ERRNO, 0n));
    case TRACE_ATTACH.fexit:
    case TRACE_ATTACH.lsm_cgroup: {
      if (proto === undefined) return UNKNOWN_REG;
      return loadValue(env, target, {
        arg: proto.params.length,
        off: -1,
        bytes,
        type: proto.ret,
        isNullable: false,
      });
    }
    case TRACE_ATTACH.fmod_ret: {
      const ret = plainType(kernel, proto?.ret ?? 0);
      return isSmallInt(ret) ? UNKNOWN_REG : `ret type ${kindWord(ret)} not allowed for fmod_ret`;
    }
    default:
      return none;
  }
}

interface Value {
  /** Number of the argument, and where it lies. */
  readonly arg: number;
  readonly off: number;
  readonly bytes: number;
  readonly type: number;
  readonly isNullable: boolean;
}

function loadValue(env: Env, target: TraceTarget, value: Value): Reg | string {
  const { kernel } = env.input;
  const { name } = target;
  const { arg, bytes } = value;
  const type = plainType(kernel, value.type);
  if (isSmallInt(type) || type.kind === 'enum' || isStruct(type)) return UNKNOWN_REG;
  if (type.kind !== 'ptr') {
    return `func '${name}' arg${arg} '${shownName(nameOf(type))}' has type ${kindWord(type)}. Only pointer access is allowed`;
  }
  if (bytes !== 8) return `func '${name}' size ${bytes} must be 8`;
  const isOps = env.input.type === 'struct_ops';
  if (isOps && isNullableArg(env.input, name, arg)) {
    const id = skipModifiers(kernel, type.type);
    const flags = FLAGS.trusted | FLAGS.maybe_null;
    return withReg(makeReg('btf_id'), { flags, id: env.nextId(), btf: { btf: kernel, id } });
  }
  const special = traceAttach(env.input) === TRACE_ATTACH.iter ? iterArg(name, arg) : undefined;
  if (special?.type === 'buf') {
    const flags = FLAGS.maybe_null | (special.flags.includes('rdonly') ? FLAGS.rdonly : 0);
    return withReg(makeReg('buf'), { flags, id: env.nextId() });
  }
  const pointed = plainType(kernel, type.type);
  if (pointed.kind === 'void' || pointed.kind === 'int') return UNKNOWN_REG;
  const id = skipModifiers(kernel, type.type);
  if (special !== undefined) {
    const flags = FLAGS.maybe_null | (special.flags.includes('trusted') ? FLAGS.trusted : 0);
    return withReg(makeReg('btf_id'), { flags, id: env.nextId(), btf: { btf: kernel, id } });
  }
  if (!isStruct(pointed)) return `func '${name}' arg${arg} type ${kindWord(pointed)} is not a struct`;
  return pointerTo(env, target, value, id, pointed, tagFlags(kernel.type(type.type)));
}

/** A pointer to a struct as the function was given it. */
function pointerTo(
  env: Env,
  target: TraceTarget,
  { arg, isNullable }: Value,
  id: number,
  pointed: BtfRecord,
  tags: number,
): Reg {
  const { kernel } = env.input;
  const { name } = target;
  const flaw = target.isTracepoint ? argFlaw(name, arg) : undefined;
  const mayBeNull = isNullable || flaw === 'null';
  const flags = tags | (isTrusted(env, name) ? FLAGS.trusted : 0) | (mayBeNull ? FLAGS.maybe_null : 0);
  if (env.log.level > 0) {
    const type = `${kindWord(pointed)} '${shownName(nameOf(pointed))}'`;
    env.log.line(`func '${name}' arg${arg} has btf_id ${id} type ${type}`);
    if (flaw === 'errno') env.log.line(`marking pointer arg${arg} as scalar as it may encode error`);
  }
  if (flaw === 'errno') return UNKNOWN_REG;
  const seen = env.input.type === 'struct_ops' ? promoted(env.input, id) : id;
  return withReg(makeReg('btf_id'), {
    flags,
    id: mayBeNull ? env.nextId() : 0,
    btf: { btf: kernel, id: seen },
  });
}

function tagFlags(pointed: BtfRecord): number {
  if (pointed.kind !== 'type_tag' || pointed.isAttribute === true) return 0;
  return pointed.name === 'user' ? FLAGS.user : pointed.name === 'percpu' ? FLAGS.percpu : 0;
}

/** Hooks at which objects are still being made, or are already being taken apart. @see kernel/bpf/bpf_lsm.c untrusted_lsm_hooks */
const UNTRUSTED_LSM = new Set([
  'bpf_lsm_bpf_map_free',
  'bpf_lsm_bpf_prog_free',
  'bpf_lsm_file_alloc_security',
  'bpf_lsm_file_free_security',
  'bpf_lsm_sk_alloc_security',
  'bpf_lsm_sk_free_security',
  'bpf_lsm_task_free',
]);

/** @see prog_args_trusted */
function isTrusted({ input: { type, attachType } }: Env, name: string): boolean {
  if (type === 'tracing') return attachType === TRACE_ATTACH.raw_tp || attachType === TRACE_ATTACH.iter;
  return type === 'struct_ops' || (type === 'lsm' && !UNTRUSTED_LSM.has(name));
}
