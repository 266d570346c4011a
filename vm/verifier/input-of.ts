// The verifier's input for a program of an object, without a machine: the page and tests verify so what nobody has loaded.
import type { Btf } from '../btf/btf.ts';
import { isGplCompatible } from '../kernel/licenses.ts';
import { progTypeRow, type ProgTypeName } from '../kernel/prog-types.ts';
import { hasFlag } from '../maps/types.ts';
import type { MapSpec, ObjectSpec, ProgSpec } from '../object.ts';
import type { MapUse, VerifierMap, VerifyInput } from './input.ts';

/**
 * `kernel` are the types that BTF pointers have; `cpus` those of the machine that the program is for, any where absent. Throws RangeError for a program type that no kernel has, and for a reference to a map that the
 * object does not have.
 */
export function inputOf(object: ObjectSpec, prog: ProgSpec, kernel: Btf, cpus?: number): VerifyInput {
  if (progTypeRow(prog.type) === undefined) throw new RangeError(`no program type ${prog.type}`);
  const known = new Map(object.maps.map((spec) => [spec.name, verifierMap(spec)]));
  const maps = new Map<number, MapUse>();
  for (const { pc, map: name, valueOff } of prog.relocs) {
    const map = known.get(name);
    if (map === undefined)
      throw new RangeError(`insn ${pc} names the map ${name}, which is not in the object`);
    maps.set(pc, valueOff === undefined ? { map } : { map, valueOff });
  }
  const target = targetOf(prog.section);
  return {
    name: prog.name,
    type: prog.type as ProgTypeName, // progTypeRow has just checked it
    attachType: prog.attachType ?? 0,
    flags: prog.flags ?? 0,
    gpl: isGplCompatible(object.license),
    insns: prog.insns,
    maps,
    funcs: prog.funcs ?? [],
    lines: prog.sourceLines ?? [],
    ...(object.types === undefined ? {} : { types: object.types }),
    kernel,
    ...(target === undefined ? {} : { target: { name: target } }),
    objects: prog.objects ?? [],
    ...(prog.poisoned === undefined ? {} : { poisoned: prog.poisoned }),
    ...(cpus === undefined ? {} : { cpus }),
  };
}

/** A map as the verifier sees it. */
export function verifierMap(spec: MapSpec): VerifierMap {
  return {
    spec: kernelSpec(spec),
    ...(spec.inner === undefined ? {} : { inner: innerMap(spec.inner) }),
    ...(spec.frozen === true && hasFlag(spec.flags, 'rdonly_prog')
      ? { constant: paddedTo(spec.valueSize, spec.data ?? new Uint8Array(0)) }
      : {}),
  };
}

/** The spec under the name that a kernel has for the map: its messages show it. */
export function kernelSpec(spec: MapSpec): MapSpec {
  return spec.kernelName === undefined ? spec : { ...spec, name: spec.kernelName };
}

/** What maps inside of others are like: it has no name, as it stands for many. @see kernel/bpf/map_in_map.c bpf_map_meta_alloc */
export function innerMap(spec: MapSpec): VerifierMap {
  return { spec: { ...spec, name: '' } };
}

function paddedTo(bytes: number, data: Uint8Array): Uint8Array {
  const value = new Uint8Array(bytes);
  value.set(data.subarray(0, bytes));
  return value;
}

/** What stands behind the first slash of a section: the function or tracepoint that the program is for. */
export function targetOf(section: string): string | undefined {
  const slash = section.indexOf('/');
  return slash < 0 ? undefined : section.slice(slash + 1);
}
