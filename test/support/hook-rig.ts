// Programs at hooks: what one in a section finds at a point, read by its own loads or through bpf_probe_read_kernel.
import { MACHINE_SYSCALLS } from '../../traces/index.ts';
import type { LoadedObject, Machine, MachineOptions } from '../../vm/index.ts';
import { loadText, pointOf, rig, u32, u64s, type PointFields, type Rig } from './machine.ts';

export type When = 'enter' | 'exit';

/** A rig that knows all system calls. */
export function hookRig(options: Partial<MachineOptions> = {}): Rig {
  return rig({ syscalls: MACHINE_SYSCALLS, ...options });
}

/** The u64 values that a program in `section` loads at these offsets of its ctx. Throws when it was stopped, or did not run once. */
export function ctxWords(
  section: string,
  offsets: readonly number[],
  fields: PointFields,
  when: When,
  options: Partial<MachineOptions> = {},
): bigint[] {
  const loads = offsets.map(
    (off, i) => `r2 = *(u64 *)(r6 + ${off})\nr1 = mapval[out] ll\n*(u64 *)(r1 + ${8 * i}) = r2`,
  );
  return wordsOf(section, `r6 = r1\n${loads.join('\n')}`, 8 * offsets.length, fields, when, options);
}

/** The u64 values behind the address that `body` leaves in r3 (r1 is the ctx), read with bpf_probe_read_kernel. */
export function wordsBehind(
  section: string,
  body: string,
  count: number,
  fields: PointFields,
  when: When,
  options: Partial<MachineOptions> = {},
): bigint[] {
  const read = `${body}\nr1 = mapval[out] ll\nr2 = ${8 * count}\ncall probe_read_kernel`;
  return wordsOf(section, read, 8 * count, fields, when, options);
}

/** The value, as u64, of the map `out` after a program made of `body` ran at a point. */
export function wordsOf(
  section: string,
  body: string,
  size: number,
  fields: PointFields,
  when: When,
  options: Partial<MachineOptions> = {},
): bigint[] {
  const { machine, faults } = hookRig(options);
  const object = loadText(
    machine,
    `.map out array key=4 value=${size} entries=1\n.section "${section}"\nmain:\n${body}\nr0 = 0\nexit`,
  );
  machine.attach(object.progs[0]!);
  machine[when](pointOf(fields));
  if (faults.length > 0) throw new Error(faults[0]!.message);
  if (object.progs[0]!.runs !== 1) throw new Error(`it ran ${object.progs[0]!.runs} times`);
  return u64s(object.maps[0]!.lookup(u32(0)));
}

/** An object of programs that print their word, each in its section. */
export function loadSayers(machine: Machine, sections: Readonly<Record<string, string>>): LoadedObject {
  const text = Object.entries(sections).map(
    ([word, section]) =>
      `.section "${section}"\n${word}:\nr1 = "${word}" ll\n*(u64 *)(r10 - 8) = r1\nr1 = r10\nr1 += -8\nr2 = 8\n` +
      `call trace_printk\nr0 = 0\nexit\n`,
  );
  return loadText(machine, text.join(''));
}
