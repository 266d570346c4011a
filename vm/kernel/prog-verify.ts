// BPF_PROG_LOAD's verifier: from the attributes of a load to the verdict.
import type { Btf } from '../btf/btf.ts';
import { LoadError } from '../load-error.ts';
import { isFrozen, type KernelMap } from '../maps/map.ts';
import { hasFlag } from '../maps/types.ts';
import type { LinearMemory } from '../memory/linear.ts';
import type { MapUse, VerifierMap, VerifyInput } from '../verifier/input.ts';
import { innerMap, kernelSpec } from '../verifier/input-of.ts';
import { verify } from '../verifier/walk/verify.ts';
import type { Kernel } from './kernel.ts';
import { isGplCompatible } from './licenses.ts';
import type { ProgAttr } from './prog-load.ts';
import type { ProgFacts } from './prog.ts';
import type { ProgTypeName } from './prog-types.ts';

/** A map that a program names, and where in its value. */
export interface NamedMap {
  readonly map: KernelMap;
  readonly valueOff: number | undefined;
}

/** What an accepted program brings along: KernelProg.ctxBytes and .known. */
export interface Accepted {
  readonly ctxBytes: number;
  readonly known: ProgFacts;
}

/** Verifies a program. Throws LoadError, with what the verifier knows, for one that Linux would refuse. `maps` are by pc; `cpus` and `kernel` are the machine's. */
export function verifyProg(
  attr: ProgAttr,
  expectedAttachType: number,
  maps: ReadonlyMap<number, NamedMap>,
  memory: LinearMemory,
  { cpus, kernel }: { readonly cpus: number; readonly kernel: Pick<Kernel, 'types'> },
): Accepted {
  const known = new Map<KernelMap, VerifierMap>();
  const input = { ...inputOfLoad(attr, expectedAttachType, maps, memory, kernel.types, known), cpus };
  const { refusal, ctxBytes, facts, subprogs } = verify(input);
  if (refusal === undefined) {
    const kernelMaps = new Map([...known].map(([map, seen]) => [seen, map]));
    return { ctxBytes, known: { facts, subprogs, maps: kernelMaps } };
  }
  const verdict = verify(input, { logLevel: 1 });
  const { message, errno, pc } = verdict.refusal!; // the same walk ends the same way
  const poisoned = attr.poisoned?.find((insn) => insn.pc === pc);
  const said = message.split('\n').at(-1) ?? '';
  const asking = poisoned?.isExtern === true ? 'extern' : 'CO-RE relocation';
  const reason = poisoned === undefined ? said : `${said}: ${asking} ${poisoned.asked}: ${poisoned.why}`;
  throw new LoadError('verifier', attr.name, reason, { errno: -errno, pc, refused: { input, verdict } });
}

function inputOfLoad(
  attr: ProgAttr,
  expectedAttachType: number,
  named: ReadonlyMap<number, NamedMap>,
  memory: LinearMemory,
  kernel: Btf,
  known: Map<KernelMap, VerifierMap>,
): VerifyInput {
  const maps = new Map<number, MapUse>();
  for (const [pc, { map: kernelMap, valueOff }] of named) {
    const map = known.get(kernelMap) ?? verifierMap(kernelMap, memory);
    known.set(kernelMap, map);
    maps.set(pc, valueOff === undefined ? { map } : { map, valueOff });
  }
  return {
    name: attr.name,
    type: attr.type as ProgTypeName, // loadProg has checked it
    attachType: expectedAttachType,
    flags: attr.flags ?? 0,
    gpl: isGplCompatible(attr.license ?? ''),
    insns: attr.insns,
    maps,
    funcs: attr.funcs ?? [],
    lines: attr.sourceLines ?? [],
    ...(attr.types === undefined ? {} : { types: attr.types }),
    kernel,
    ...(attr.target === undefined ? {} : { target: { name: attr.target } }),
    objects: attr.objects ?? [],
    ...(attr.poisoned === undefined ? {} : { poisoned: attr.poisoned }),
  };
}

/** A loaded map as the verifier sees it. @see kernel/bpf/verifier.c bpf_map_is_rdonly */
function verifierMap(map: KernelMap, memory: LinearMemory): VerifierMap {
  const { spec } = map;
  const isConstant = hasFlag(spec.flags, 'rdonly_prog') && isFrozen(memory, map) && map.kind === 'array';
  const value = isConstant ? map.userLookup(new Uint8Array(spec.keySize)) : 0;
  return {
    spec: kernelSpec(spec),
    ...(spec.inner === undefined ? {} : { inner: innerMap(spec.inner) }),
    ...(typeof value === 'number' ? {} : { constant: value }),
  };
}
