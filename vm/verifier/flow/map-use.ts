// The maps that a program names: whether they are there, and whether programs like this one may use them.
import { checkOperands } from '../../check/resolve.ts';
import { GUARDED_FIELDS, INTERRUPTING, LIMIT_MAPS, SLEEPABLE_MAPS } from '../../kernel/map-rules.ts';
import { PROG_FLAGS } from '../../kernel/prog-types.ts';
import type { MapReloc, MapSpec, ValueFieldKind } from '../../object.ts';
import { hasSymbols, symbolReg } from '../alu/kernel-symbol.ts';
import type { Env } from '../env.ts';
import type { VerifierMap } from '../input.ts';
import { refuse } from '../refusal.ts';
import { refuseFound } from './findings.ts';

/** Looks at opcodes and wide insns, insn by insn, at each map where it is named first, and at what is named of the kernel. @see resolve_pseudo_ldimm64 */
export function checkMaps(env: Env): void {
  const symbols = symbolPcs(env);
  const found = findMisuse(env).filter(({ pc, code }) => code !== 'btf-id' || !symbols.includes(pc));
  const used = new Set<VerifierMap>();
  for (const pc of [...env.input.maps.keys(), ...symbols].toSorted((a, b) => a - b)) {
    if (found.length > 0 && found[0]!.pc < pc) break;
    env.pc = pc;
    if (symbols.includes(pc)) {
      symbolReg(env, env.insns[pc]!.imm);
      continue;
    }
    const { map } = env.input.maps.get(pc)!;
    if (used.has(map)) continue;
    if (used.size === LIMIT_MAPS) refuse(env, 'map-count', [], LIMIT_MAPS);
    used.add(map);
    checkMap(env, map);
  }
  refuseFound(env, found);
}

/** Insns that name a variable or function of the kernel, of one whose types tell of them. */
function symbolPcs(env: Env): readonly number[] {
  if (!hasSymbols(env)) return [];
  return env.insns.flatMap((insn, pc) => (insn?.op.name === 'ld_btf_id' && insn.hi === 0 ? [pc] : []));
}

function findMisuse({ input: { insns, maps } }: Env): ReturnType<typeof checkOperands> {
  const names = new Map<VerifierMap, string>();
  for (const { map } of maps.values()) if (!names.has(map)) names.set(map, `map ${names.size}`);
  const relocs = [...maps].map(([pc, { map, valueOff }]): MapReloc =>
    valueOff === undefined ? { pc, map: names.get(map)! } : { pc, map: names.get(map)!, valueOff },
  );
  const specs = [...names].map(([{ spec }, name]): MapSpec => Object.assign({}, spec, { name }));
  return checkOperands(insns, relocs, specs, undefined);
}

/** @see check_map_prog_compatibility */
function checkMap(env: Env, { spec }: VerifierMap): void {
  if (spec.type === 'arena' && (spec.extra ?? 0) === 0) refuse(env, 'arena-address', []);
  const { type, flags } = env.input;
  const kinds = spec.fields?.map(({ kind }) => kind) ?? [];
  for (const guarded of GUARDED_FIELDS) {
    const isThere = guarded.kinds.some((kind: ValueFieldKind) => kinds.includes(kind));
    if (!isThere) continue;
    if (guarded.text === 'bpf_spin_lock' && type === 'socket_filter') refuse(env, 'map-field-socket', []);
    if (INTERRUPTING.has(type)) refuse(env, 'map-field-tracing', [], guarded.text);
  }
  const isSleepable = (flags & PROG_FLAGS.sleepable) !== 0;
  if (isSleepable && !SLEEPABLE_MAPS.has(spec.type)) refuse(env, 'map-sleepable', []);
}
