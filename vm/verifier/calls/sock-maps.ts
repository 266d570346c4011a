// Maps of sockets: a look-up acquires the socket, an update takes one.
import type { HelperName } from '../../helpers/table.ts';
import type { ProgTypeName } from '../../kernel/prog-types.ts';
import type { Env } from '../env.ts';
import type { VerifierMap } from '../input.ts';
import { ACCEPTED } from './arg-types.ts';
import type { ProtoArg } from './protos.ts';

/** True for maps whose values are sockets. */
export function isSockMap(map: VerifierMap | undefined): boolean {
  return map?.spec.type === 'sockmap' || map?.spec.type === 'sockhash';
}

/** In the place of a value: a socket. @see resolve_map_arg_type */
export function socketArg({ reg, word, orNull, isRelease, access }: ProtoArg): ProtoArg {
  const row = { kind: 'sock_common' } as const;
  const types = ACCEPTED.btf_sock_common;
  return { reg, word, row, detail: undefined, types, orNull, isReadonly: false, isRelease, access };
}

/** Types whose programs run where no socket is locked. */
const UPDATERS: ReadonlySet<ProgTypeName> = new Set([
  'socket_filter',
  'sched_cls',
  'sched_act',
  'xdp',
  'sk_reuseport',
  'flow_dissector',
  'sk_lookup',
]);
const TRACE_ITER = 28;

/** True when the helper may be given such a map; says so when it may not for what the program is. @see may_update_sockmap */
export function mayUseSockMap(env: Env, name: HelperName): boolean {
  if (name === 'map_lookup_elem') return true;
  if (name !== 'map_update_elem' && name !== 'map_delete_elem') return false;
  const { type, attachType } = env.input;
  if (UPDATERS.has(type) || (type === 'tracing' && attachType === TRACE_ITER)) return true;
  if (type === 'sock_ops' && name === 'map_delete_elem') return true;
  env.log.line('cannot update sockmap in this context');
  return false;
}
