// An object's programs loaded and attached, as far as the kernel and the recordings have what they need.
import {
  lackingOf,
  LoadError,
  type Attachment,
  type LoadedObject,
  type Machine,
  type ObjectSpec,
} from '../../vm/index.ts';
import { refusal } from '../errors.ts';
import { loadErrorText } from '../library/refused.ts';

/** A program of an object that is not loaded, because the kernel lacks what it needs. */
export interface LeftOut {
  readonly name: string;
  readonly section: string;
  /** In a sentence. */
  readonly why: string;
}

export interface LoadedPrograms {
  readonly object: LoadedObject;
  /** What became of attaching them. */
  readonly attachments: readonly Attachment[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Loads an object and attaches its programs. A program whose hook is not there does not keep the others from running. Throws UserError 'bad-program' as
 * `loadObject`, and where no program would run.
 */
export function loadPrograms(machine: Machine, asked: ObjectSpec, named?: readonly string[]): LoadedPrograms {
  const { object, leftOut } = loadObject(machine, asked, named);
  return { object, attachments: attachPrograms(machine, object), leftOut };
}

/**
 * Loads an object as the tool does that it was written for: programs for other kernels than this one are left out, where others remain. Those of `named`
 * were asked for by name, and are not. Throws UserError 'bad-program' for a program that is at fault itself, and where none is left.
 */
export function loadObject(
  machine: Machine,
  asked: ObjectSpec,
  named: readonly string[] = [],
): Omit<LoadedPrograms, 'attachments'> {
  if (asked.progs.length === 0) throw refusal('bad-program', asked.name, NOTHING);
  const leftOut: LeftOut[] = [];
  let spec = asked;
  for (;;) {
    try {
      return { object: machine.load(spec), leftOut };
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      const prog = spec.progs.find(({ name }) => name === error.subject && !named.includes(name));
      const why = prog === undefined ? undefined : lackingOf(error);
      if (prog === undefined || why === undefined || spec.progs.length === 1) {
        const hint = why === undefined || error.reason.includes(why) ? '' : `\n  ${why}`;
        throw refusal('bad-program', spec.name, `${loadErrorText(error, spec)}${hint}`);
      }
      leftOut.push({ name: prog.name, section: prog.section, why });
      spec = without(spec, prog.name);
    }
  }
}

/** An object without a program; its slots stay empty. */
function without(spec: ObjectSpec, name: string): ObjectSpec {
  return {
    ...spec,
    progs: spec.progs.filter((prog) => prog.name !== name),
    slots: spec.slots.filter((slot) => slot.prog !== name),
  };
}

function attachPrograms(machine: Machine, object: LoadedObject): readonly Attachment[] {
  const attachments = machine.attachAll(object);
  const refused = attachments.flatMap(({ prog, refused: why }) =>
    why === undefined ? [] : [`${prog.spec.name}: ${why}`],
  );
  if (refused.length > 0 && refused.length === attachments.length) {
    const isOlder = refused.some((text) => OTHER_NAME.test(text));
    throw refusal('bad-program', object.spec.name, [...refused, ...(isOlder ? [OLDER] : [])].join('\n'));
  }
  return attachments;
}

/** Of a function of a system call: it has another name here. */
const OTHER_NAME = /has no function sys_\w+; the kernel calls it/;
const OLDER = 'kernels before 4.17 have functions of such names: --kernel linux-4.14';

const NOTHING =
  '  no program of it is loaded: it has none, or all are optional (SEC("?...")) and wait to be named (--prog NAME)';
