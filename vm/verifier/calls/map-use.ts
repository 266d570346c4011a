// The map that a helper is given: whether the helper takes maps of its type, and what of it the compiled program may rely on.
import { helperRow, type HelperName } from '../../helpers/table.ts';
import { isReadonlyForProgs, mapTypeRow } from '../../maps/types.ts';
import type { Env } from '../env.ts';
import type { VerifierMap } from '../input.ts';
import { markPrecise } from '../precision.ts';
import { refuse } from '../refusal.ts';
import { isConst } from '../scalar.ts';
import { isSockMap, mayUseSockMap } from './sock-maps.ts';

/** Helpers that are compiled for the map that they are given: by Linux, and the last of them by our JIT only. @see record_func_map */
const RECORDED: ReadonlySet<HelperName> = new Set([
  'tail_call',
  'map_lookup_elem',
  'map_update_elem',
  'map_delete_elem',
  'map_push_elem',
  'map_pop_elem',
  'map_peek_elem',
  'for_each_map_elem',
  'redirect_map',
  'map_lookup_percpu_elem',
  'ringbuf_output',
  'ringbuf_reserve',
  'perf_event_output',
]);
/** Those of them that write into it. */
const WRITERS: ReadonlySet<HelperName> = new Set([
  'map_update_elem',
  'map_delete_elem',
  'map_push_elem',
  'map_pop_elem',
]);

/** Notes which map the call at `env.pc` takes; refuses to write where the program may only read. @see record_func_map */
export function noteMap(env: Env, name: HelperName, map: VerifierMap): void {
  if (!RECORDED.has(name)) return;
  if (WRITERS.has(name) && isReadonlyForProgs(map.spec)) {
    refuse(env, 'map-readonly', [{ reg: 1 }], map.spec.name, name);
  }
  const facts = env.facts[env.pc]!;
  if (facts.map === undefined) facts.map = map;
  else if (facts.map !== map) facts.map = 'many';
}

/** Notes which slot a tail call takes, where it is known; its number is relied on then. @see record_func_key */
export function noteTailCallKey(env: Env, map: VerifierMap): void {
  if (map.spec.type !== 'prog_array')
    refuse(env, 'tail-call-map', [{ reg: 2 }], map.spec.name, map.spec.type);
  const facts = env.facts[env.pc]!;
  const { type, scalar } = env.reg(3);
  if (type !== 'scalar' || !isConst(scalar) || scalar.umin >= BigInt(map.spec.maxEntries)) {
    facts.hasManyKeys = true;
    facts.constKey = undefined;
    return;
  }
  markPrecise(env, 3);
  const key = Number(scalar.umin);
  if (facts.hasManyKeys) return;
  if (facts.constKey === undefined) facts.constKey = key;
  else if (facts.constKey !== key) {
    facts.hasManyKeys = true;
    facts.constKey = undefined;
  }
}

/** Refuses a map of a type that the helper does not take. @see check_map_func_compatibility */
export function checkMapType(env: Env, name: HelperName, map: VerifierMap): void {
  const { id, maps } = helperRow(name);
  const { type } = map.spec;
  if (maps === undefined || (maps as readonly string[]).includes(type)) return; // widened: any type's name
  if (isSockMap(map) && mayUseSockMap(env, name)) return;
  const reg = helperRow(name).args?.indexOf('const_map_ptr') ?? 0;
  refuse(env, 'map-type', [{ reg: reg + 1 }], mapTypeRow(type)?.number ?? 0, name, id, type);
}
