// Cases of test/cases/programs: whole programs, and steps with their answers (test/cases/programs/README.md). Here a machine takes the steps.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCursor, fillPoint, openSct } from '../../traces/index.ts';
import {
  assembleObject,
  type BpfMap,
  type Effect,
  type LoadedObject,
  type ObjectSpec,
} from '../../vm/index.ts';
import { bytesOf, section, sectionLines, type TestCase } from './case-file.ts';
import { hookRig } from './hook-rig.ts';
import { pointOf, u64s, type Rig } from './machine.ts';

const RECORDED = join(import.meta.dirname, '..', '..', 'traces', 'recorded');

/** A line `words = answer`; without an answer, nothing but success is expected. */
interface Step {
  readonly line: string;
  readonly words: readonly string[];
}

export function programObject(testCase: TestCase): ObjectSpec {
  return assembleObject(section(testCase, 'object'), 'case');
}

/** Steps of a case, with the values of its section `let` in the place of their names. */
export function stepsOf(testCase: TestCase): Step[] {
  const names = new Map(
    (testCase.sections.has('let') ? sectionLines(testCase, 'let') : []).map((line) => {
      const [name, ...hex] = line.trim().split(/\s+/);
      return [`$${name}`, hex.join('')];
    }),
  );
  return sectionLines(testCase, 'steps').map((line) => {
    const words = line.split(' = ')[0]!.trim().split(/\s+/);
    return { line: line.trim(), words: words.map((word) => names.get(word) ?? word) };
  });
}

/** The steps with the machine's answers, in the form of the case. */
export function runProgram(testCase: TestCase): string[] {
  const runner = new StepRunner(programObject(testCase));
  return stepsOf(testCase).map(({ line, words }) => {
    const answer = runner.take(words);
    const question = line.split(' = ')[0]!;
    return answer === '' ? question : `${question} = ${answer}`;
  });
}

/** Takes steps on a machine of two CPUs. A fault is an error. */
class StepRunner {
  private readonly effects: Effect[] = [];
  private readonly rig: Rig;
  private readonly object: LoadedObject;
  private packet: Uint8Array = new Uint8Array();

  constructor(spec: ObjectSpec) {
    this.rig = hookRig({ onEffect: (effect) => this.effects.push(effect), limitInsns: 1_000_000 });
    this.object = this.rig.machine.load(spec);
  }

  take([word, ...args]: readonly string[]): string {
    const answer = this.answer(word!, args);
    const [fault] = this.rig.faults;
    if (fault !== undefined) throw new Error(`${word}: ${fault.prog} pc ${fault.pc}: ${fault.message}`);
    return String(answer);
  }

  private answer(word: string, args: readonly string[]): string | number {
    const { machine } = this.rig;
    switch (word) {
      case 'attach':
        return machine.attachAll(this.object).filter(({ refused }) => refused === undefined).length;
      case 'replay':
        return this.replay(args[0]!);
      case 'advance':
        machine.advance(Number(args[0]));
        return '';
      case 'run':
        return this.run(args);
      case 'packet':
        return hex(this.packet);
      case 'runs':
        return this.prog(args[0]!).runs;
      case 'trace':
        return this.rig.lines().join(' | ');
      case 'unknown':
        return machine.unknownReads;
      case 'effects':
        return this.effects.map(({ kind }) => kind).join(' ');
      default:
        return this.ask(word, this.map(args[0]!), args.slice(1));
    }
  }

  /** Questions to a map. */
  private ask(word: string, map: BpfMap, args: readonly string[]): string | number {
    switch (word) {
      case 'set':
        return zeroOrErrno(map.update(bytesOf(args[0]!), bytesOf(args[1]!), 0));
      case 'command':
        return this.command(map, bytesOf(args[0]!));
      case 'get':
        return valueOrErrno(map.lookup(bytesOf(args[0]!)));
      case 'entries':
        return map.entries;
      case 'keys':
        return keysOf(map).map(hex).toSorted().join(' ');
      case 'sum':
        return String(
          keysOf(map)
            .flatMap((key) => u64s(map.lookup(key)))
            .reduce((sum, n) => sum + n, 0n),
        );
      case 'consume':
        return recordsOf(map)
          .slice(0, Number(args[0] ?? Infinity))
          .join(' ');
      case 'records':
        return recordsOf(map).length;
      case 'dropped':
        return map.dropped;
      default:
        throw new Error(`no step ${word}`);
    }
  }

  private run([name, data, ...fields]: readonly string[]): string | number {
    const ctx = new Uint8Array(192);
    for (const field of fields) {
      const [off, value] = field.split(':');
      new DataView(ctx.buffer).setUint32(Number(off), Number(value), true);
    }
    const input = fields.length === 0 ? {} : { ctx };
    const result = this.rig.machine.testRun(this.prog(name!), { data: bytesOf(data!), ...input });
    this.packet = result.data;
    return result.errno === 0 ? result.retval : `errno ${-result.errno}`;
  }

  /** A record into a user_ringbuf. */
  private command(map: BpfMap, bytes: Uint8Array): string {
    const { bpf } = this.rig.machine;
    const position = bpf.userRingbufReserve(map.fd, bytes.length);
    return zeroOrErrno(position < 0 ? position : bpf.userRingbufSubmit(map.fd, position, bytes));
  }

  /** Plays a recording to its end: how many points. */
  private replay(name: string): number {
    const recording = openSct(readFileSync(join(RECORDED, `${name}.sct`)));
    const cursor = createCursor(recording);
    const point = pointOf();
    let points = 0;
    while (cursor.advance(Number.POSITIVE_INFINITY)) {
      if (cursor.phase === 'mark' || cursor.phase === 'packet') continue;
      fillPoint(cursor, recording, point);
      this.rig.machine[cursor.phase](point);
      points++;
    }
    return points;
  }

  private map(name: string): BpfMap {
    const map = this.object.maps.find(({ spec }) => spec.name === name);
    if (map === undefined) throw new Error(`no map ${name}`);
    return map;
  }

  private prog(name: string): LoadedObject['progs'][number] {
    const prog = this.object.progs.find(({ spec }) => spec.name === name);
    if (prog === undefined) throw new Error(`no program ${name}`);
    return prog;
  }
}

function keysOf(map: BpfMap): Uint8Array[] {
  const keys: Uint8Array[] = [];
  for (let key = map.nextKey(undefined); typeof key !== 'number'; key = map.nextKey(key)) keys.push(key);
  return keys;
}

/** Records of a ringbuf or perf_event_array in hex, or 'lost N'. */
function recordsOf(map: BpfMap): string[] {
  const records: string[] = [];
  map.consume((record) => records.push(record.kind === 'lost' ? `lost ${record.count}` : hex(record.data)));
  return records;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function valueOrErrno(value: Uint8Array | number): string {
  return typeof value === 'number' ? `errno ${-value}` : hex(value);
}

function zeroOrErrno(errno: number): string {
  return errno === 0 ? '' : `errno ${-errno}`;
}
