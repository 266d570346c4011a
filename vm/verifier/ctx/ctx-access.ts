// What a program may load and store of its ctx: by program type and hook.
import { BPF_SOCK } from '../../kernel/ctx-net.ts';
import { TCP_SOCK, XDP_SOCK } from '../../kernel/ctx-sock.ts';
import { MAX_FUNC_ARGS } from '../../kernel/ctx-tracing.ts';
import type { CtxField, CtxLayout } from '../../kernel/ctx.ts';
import type { Env } from '../env.ts';
import { FLAGS, makeReg, REG_TYPES, UNKNOWN_REG, withReg, type Reg, type RegType } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { attachTypeOf, ctxRule, type CtxRule } from './ctx-rules.ts';
import { explainField, explainText, explainWords } from './explain.ts';
import { fieldAt, fieldProblem, type FieldAccess } from './field-access.ts';
import { pointerReg } from './pointer-reg.ts';
import { loadArg } from './trace-args.ts';

/**
 * What a load of `bytes` at `off` of the ctx yields (a register before `truncate`), or for a store undefined. Refuses what may not be accessed.
 * `off` is constant and not negative. @see check_ctx_access, env->ops->is_valid_access, btf_ctx_access
 */
export function accessCtx(
  env: Env,
  off: number,
  bytes: number,
  access: 'read' | 'write',
  isSigned: boolean,
): Reg | undefined {
  const loaded = accessRule(env, off, bytes, access, isSigned);
  env.ctxBytes = Math.max(env.ctxBytes, off + bytes);
  return loaded;
}

function accessRule(
  env: Env,
  off: number,
  bytes: number,
  access: 'read' | 'write',
  isSigned: boolean,
): Reg | undefined {
  const { type } = env.input;
  const rule = ctxRule(type);
  switch (rule.kind) {
    case 'words':
      if (type === 'raw_tracepoint_writable' && off === 0) return accessBuffer(env, bytes, access);
      return accessWords(env, rule, off, bytes, access);
    case 'args':
      return accessArgs(env, off, bytes, access);
    default: {
      const attachType = attachTypeOf(env.input);
      return accessField(env, rule, { type, attachType, off, bytes, access, isSigned });
    }
  }
}

function accessField(
  env: Env,
  { struct, layout }: Extract<CtxRule, { kind: 'fields' }>,
  access: FieldAccess,
): Reg | undefined {
  const named = fieldAt(layout, access.off);
  const problem = fieldProblem(named, access);
  if (problem !== 'none') {
    const place = [{ reg: pointerReg(env) }];
    refuse(
      env,
      'ctx-access',
      place,
      access.off,
      access.bytes,
      explainField(struct, layout, named, access, problem),
    );
  }
  return access.access === 'write' ? undefined : loaded(env, named!.field); // without a field there is a problem
}

const PACKET_REGS = {
  pkt: makeReg('pkt'),
  pkt_meta: makeReg('pkt_meta'),
  pkt_end: makeReg('pkt_end'),
  flow_keys: makeReg('flow_keys'),
  sock: makeReg('sock'),
  tp_buffer: makeReg('tp_buffer'),
} as const satisfies Record<string, Reg>;

/** What a load of a field puts into a register. */
function loaded(env: Env, { kind, struct = '' }: CtxField): Reg {
  switch (kind) {
    case 'number':
      return UNKNOWN_REG;
    case 'sock_or_null':
      return withReg(makeReg('sock'), { flags: FLAGS.maybe_null, id: env.nextId() });
    case 'sock_common_or_null':
      return withReg(makeReg('sock_common'), { flags: FLAGS.maybe_null, id: env.nextId() });
    case 'kernel': {
      const { kernel } = env.input;
      const id = kernel.find('struct', struct);
      if (id === undefined) return UNKNOWN_REG;
      return withReg(makeReg('btf_id'), { flags: FLAGS.trusted, btf: { btf: kernel, id } });
    }
    default:
      return PACKET_REGS[kind];
  }
}

function accessWords(
  env: Env,
  rule: Extract<CtxRule, { kind: 'words' }>,
  off: number,
  bytes: number,
  access: 'read' | 'write',
): Reg | undefined {
  const isAllowed = access === 'read' || rule.isWritable;
  if (!isAllowed || off < rule.from || off >= rule.to || off % bytes !== 0) {
    refuse(env, 'ctx-access', [{ reg: pointerReg(env) }], off, bytes, explainWords(rule, off, bytes, access));
  }
  return access === 'read' ? UNKNOWN_REG : undefined;
}

/** @see raw_tp_writable_prog_is_valid_access */
function accessBuffer(env: Env, bytes: number, access: 'read' | 'write'): Reg {
  if (access === 'write' || bytes !== 8) {
    const why =
      'the first word of the ctx is a pointer to the buffer of the tracepoint: it is loaded whole, with 8 bytes';
    refuse(env, 'ctx-access', [{ reg: pointerReg(env) }], 0, bytes, explainText(why));
  }
  return PACKET_REGS.tp_buffer;
}

/** @see bpf_tracing_btf_ctx_access; programs of type lsm have btf_ctx_access alone */
function accessArgs(env: Env, off: number, bytes: number, access: 'read' | 'write'): Reg | undefined {
  const place = [{ reg: pointerReg(env) }];
  const isLsm = env.input.type === 'lsm';
  if (access === 'write') {
    const why = 'the arguments of a function cannot be changed: programs only read them';
    refuse(env, 'ctx-access', place, off, bytes, explainText(why));
  }
  if (!isLsm && (off >= 8 * MAX_FUNC_ARGS || off % bytes !== 0)) {
    const why = `a function has at most ${MAX_FUNC_ARGS} arguments of 8 bytes, and loads lie at multiples of their size`;
    refuse(env, 'ctx-access', place, off, bytes, explainText(why));
  }
  const value = loadArg(env, off, bytes);
  if (typeof value !== 'string') return value;
  env.log.line(value);
  return refuse(env, 'ctx-access', place, off, bytes, explainText(value));
}

/** What a socket pointer points at, by register type. */
const SOCK_LAYOUTS: Readonly<Partial<Record<RegType, CtxLayout>>> = {
  sock: BPF_SOCK,
  sock_common: BPF_SOCK,
  tcp_sock: TCP_SOCK,
  xdp_sock: XDP_SOCK,
};
/** Fields that only a full socket has: type, protocol, mark, priority. */
const FULL_SOCK = { from: 8, to: 24 };

/** A load of `bytes` at `off` behind register `n`, a pointer to a socket that is not null; refuses what may not be read. @see check_sock_access */
export function accessSock(env: Env, n: number, reg: Reg, off: number, bytes: number): void {
  const layout = SOCK_LAYOUTS[reg.type];
  const isHidden = reg.type === 'sock_common' && off >= FULL_SOCK.from && off < FULL_SOCK.to;
  if (layout !== undefined && !isHidden) {
    const { type } = env.input;
    const load = { type, attachType: 0, off, bytes, access: 'read', isSigned: false } as const;
    if (fieldProblem(fieldAt(layout, off), load) === 'none') return;
  }
  refuse(env, 'sock-access', [{ reg: n }], n, REG_TYPES[reg.type].text, off, bytes);
}
