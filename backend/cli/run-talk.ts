// What `run` tells on stderr beside what programs print: sizes nobody told, programs that were left out, that did not run, faults, and what was not recorded.
import { globalVariables } from '../../vm/index.ts';
import { occurrencesAtEnd, occurrencesOf, silenceOf, silenceText } from '../library/hook-report.ts';
import { twinsOf } from '../library/prog-names.ts';
import type { OpenedProgram } from '../library/programs.ts';
import { unknownRows } from '../session/programs-view.ts';
import type { Replay } from '../session/replay.ts';
import { countOf, say } from './output.ts';

/** Sizes of maps that the object leaves to its tool. */
export function tellAssumed({ object, spec }: OpenedProgram): void {
  for (const [map, sizes] of Map.groupBy(object?.assumed ?? [], (assumed) => assumed.map)) {
    const isRing = spec.maps.some(({ name, type }) => name === map && type === 'ringbuf');
    const words = sizes.map(({ size, value }) => {
      if (size === 'valueSize') return `${countOf(value, 'byte')} a value`;
      return isRing ? countOf(value, 'byte') : countOf(value, 'entry', 'entries');
    });
    const isValue = sizes.some(({ size }) => size === 'valueSize');
    const form = isRing ? 'BYTES' : isValue ? 'ENTRIES:BYTES' : 'ENTRIES';
    say(
      `map ${map}: its size is left to the tool that loads it: taken is ${words.join(', ')} (or --size ${map}=${form})`,
    );
  }
}

/** What was made of an object that is for several kernels: its tool would choose. */
export function tellLeftOut({ object }: OpenedProgram, { leftOut, attachments }: Replay): void {
  for (const map of object?.perfBuffers ?? []) {
    say(`map ${map} is a perf buffer: the kernel has no ring buffers, and the object is made for both`);
  }
  for (const { name, section, why } of leftOut) say(`${name} (${section}) is left out: ${why}`);
  for (const { hook, progs } of twinsOf(attachments)) {
    say(`${hook} has ${progs.join(' and ')}: tools with both load one of them (--prog NAME, or a pattern)`);
  }
}

/** Variables that its tool would set, where programs ran and handed over nothing: they may have been asked for another user or process. */
export function tellVariables({ object }: OpenedProgram, { object: loaded, outlets, pipe }: Replay): void {
  const read = loaded.maps.flatMap((map) => outlets.read(map) ?? []);
  const isMute = read.length > 0 && read.every((count) => count === 0) && pipe.total === 0;
  if (object === undefined || !isMute || loaded.progs.every(({ runs }) => runs === 0)) return;
  const names = globalVariables(object.file)
    .filter(({ name, map }) => map === '.rodata' && /^[A-Za-z]\w*$/.test(name))
    .map(({ name }) => name);
  if (names.length === 0) return;
  const rest = names.length - LIMIT_NAMES;
  const more = rest > 0 ? ` and ${rest} more` : '';
  say(
    `no records: programs ran with variables as the object has them (--set NAME=VALUE): ${names.slice(0, LIMIT_NAMES).join(', ')}${more}`,
  );
}

/** Variables that are named at most. */
const LIMIT_NAMES = 8;

/** Programs that did not run, and why; those of one reason together. */
export function tellSilent({ attachments, recording, totals, cursor }: Replay): void {
  const isOver = cursor.nextNs() === Infinity;
  const found = isOver ? occurrencesAtEnd(recording, totals) : occurrencesOf(recording);
  const silent = attachments.flatMap((attachment) => {
    const silence = silenceOf(attachment, found);
    return silence === undefined ? [] : [{ attachment, silence }];
  });
  for (const alike of Map.groupBy(silent, ({ silence }) => `${silence.state} ${silence.why}`).values()) {
    const progs = alike.map(({ attachment }) => attachment);
    say(silenceText(progs, alike[0]!.silence)); // a group has one at least
  }
}

/** What ended programs, and how often. */
export function tellFaults({ faults }: Replay): void {
  for (const { prog, pc, message, count } of faults.view())
    say(`fault in ${prog} at pc ${pc}: ${message} (${countOf(count, 'time')})`);
}

/** What programs asked for and the recording does not hold, the most frequent first. */
export function tellUnknown({ machine }: Replay): void {
  const { rows, others } = unknownRows(machine);
  if (rows.length === 0) return;
  say(
    `${countOf(machine.unknownReads, 'read')} of what the recording does not hold (helpers gave -EFAULT, loads 0):`,
  );
  for (const { what, count } of rows) say(`  ${count.toLocaleString('en-US')} × ${what}`);
  if (others > 0) say(`  ${others.toLocaleString('en-US')} × others`);
}
