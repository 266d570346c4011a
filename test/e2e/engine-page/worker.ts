// The worker: fetches a recording and an object, and runs one over the other with the engine that machines have when none is named.
import {
  assembleObject,
  DEFAULT_KERNEL,
  linkObject,
  readObject,
  SAMPLES,
  type ObjectSpec,
} from '../../../vm/index.ts';
import { ASM_SAMPLES } from '../../support/asm-samples/index.ts';
import { runPrograms, type Outcome, type RunFacts } from '../../support/run-programs.ts';

export interface Order {
  readonly recording: string;
  /** A sample in C; or one in assembly: 'asm:tracex5'. */
  readonly program: string;
  /** How often it is run: the first time compiles. */
  readonly rounds: number;
}

export type Report =
  | {
      readonly failed?: undefined;
      readonly outcome: Outcome;
      readonly facts: RunFacts;
      /** Wall ms of each round, from the file's bytes to the maps. */
      readonly roundsMs: readonly number[];
    }
  | { readonly failed: string };

self.addEventListener('message', ({ data }: MessageEvent<Order>) => {
  void report(data).then((answer) => self.postMessage(answer, {}));
});

async function report({ recording, program, rounds }: Order): Promise<Report> {
  try {
    const sct = await bytesOf(`traces/recorded/${recording}.sct`);
    const spec = await specOf(program);
    const roundsMs: number[] = [];
    let last: ReturnType<typeof runPrograms> | undefined;
    for (let round = 0; round < rounds || last === undefined; round++) {
      const since = performance.now();
      last = runPrograms(sct, spec, 'jit');
      roundsMs.push(performance.now() - since);
    }
    return { ...last, roundsMs };
  } catch (error) {
    return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function specOf(program: string): Promise<ObjectSpec> {
  const [kind, name] = program.split(':');
  const asm = kind === 'asm' ? Object.values(ASM_SAMPLES).find((sample) => sample.name === name) : undefined;
  if (asm !== undefined) return assembleObject(asm.source, asm.name);
  const { object } = SAMPLES[program]!;
  return linkObject(readObject(await bytesOf(`vm/samples/${object}`), program), { kernel: DEFAULT_KERNEL })
    .spec;
}

async function bytesOf(path: string): Promise<Uint8Array> {
  const answer = await fetch(`/${path}`);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}
