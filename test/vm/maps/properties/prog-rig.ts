// Programs for properties: each does one thing to a map m with the step that it is told of.
import { loadText, rig, runOnce, u32 } from '../../../support/machine.ts';
import type { BpfMap, LoadedObject, Machine } from '../../../../vm/index.ts';
import { bytesOf } from '../../../support/case-file.ts';
import { CPUS, type Step } from './property.ts';

export interface ProgRig {
  readonly machine: Machine;
  readonly object: LoadedObject;
  /** Map m. */
  readonly map: BpfMap;
  /** What a program returns for a step. */
  readonly run: (prog: string, step: Step) => number;
  /** What the programs left at r6 + 8. */
  readonly left: () => number;
}

/**
 * A machine with map m, declared by `map` (and more maps behind it), and programs by name. They find the step at r6: its key (u32) at 0, value (u64) at 8, flags (u64) at 16; and
 * return r0.
 */
export function progRig(map: string, bodies: Readonly<Record<string, string>>): ProgRig {
  const { machine } = rig({ cpus: CPUS });
  const progs = Object.entries(bodies).map(
    ([name, body]) => `.section "socket"\n${name}:\nr9 = r1\nr6 = mapval[step] ll\n${body}\nexit`,
  );
  const object = loadText(
    machine,
    `.map m ${map}\n.map step array key=4 value=24 entries=1\n${progs.join('\n')}`,
  );
  const [m] = object.maps;
  const control = object.maps.find(({ spec }) => spec.name === 'step');
  return {
    machine,
    object,
    map: m!,
    run(prog, { key, value, flags, cpu }) {
      const bytes = new Uint8Array(24);
      bytes.set(bytesOf(key));
      bytes[8] = value;
      new DataView(bytes.buffer).setUint32(16, flags, true);
      control!.update(u32(0), bytes, 0);
      const { retval, fault } = runOnce(
        machine,
        object.progs.find(({ spec }) => spec.name === prog)!,
        { cpu },
      );
      if (fault !== undefined) throw new Error(fault.message);
      return retval | 0;
    },
    left: () => (control!.lookup(u32(0)) as Uint8Array)[8]!, // the element of an array is always there
  };
}

export const LOOKUP = 'r1 = map[m] ll\nr2 = r6\ncall map_lookup_elem';
