// CO-RE: finds in the kernel's types what the object's insns ask for, and writes it into them.
//
//   relo --readSpec--> question --findPlace, each candidate--> place --valueOf--> number --patchInsn--> insn
//                                                              none, and it must be there --poisonInsn-->
import type { Btf } from '../../btf/btf.ts';
import { nameOf } from '../../btf/query.ts';
import { LoadError } from '../../load-error.ts';
import { Candidates } from './candidates.ts';
import { CoreProblem } from './core-problem.ts';
import type { CoreRelo } from './core-relo.ts';
import { readSpec, type CoreSpec } from './core-spec.ts';
import { isResizable, valueOf, type CoreValue } from './core-value.ts';
import { findPlace } from './find-place.ts';
import { patchInsn, poisonInsn } from './patch-insn.ts';
import { reloText, specText } from './spec-text.ts';
import { whyMissing, whyNotLoaded } from './why-missing.ts';

/** What became of one relocation. */
export interface CoreOutcome {
  readonly relo: CoreRelo;
  /** As libbpf writes it: '<byte_off> [16] struct task_struct.real_parent (0:12 @ offset 1280)'. */
  readonly asked: string;
  /** The same of the type in the kernel that was found; undefined where there is none. */
  readonly found: string | undefined;
  /** What the insn holds now, 64 bits without sign; undefined where it was poisoned: it is refused when the verifier comes to it. */
  readonly value: bigint | undefined;
  /** Why it was poisoned, in a sentence: 'struct task_struct of linux-5.10 has no member __state (it has state)'. */
  readonly why?: string;
}

/**
 * Writes the answers of `kernel` into `insns` (8 bytes each, changed in place), one relocation after the other. `types` are the object's own.
 * An insn whose question has no answer becomes a call that no kernel has (imm 195896080), as libbpf makes it. Throws LoadError 'core', with
 * `subject` as its subject, for a relocation that makes no sense, and where several types of the kernel give different answers. `candidates` are shared
 * by all functions of an object that are loaded together.
 * @see tools/lib/bpf/relo_core.c
 */
export function relocateCore(
  subject: string,
  insns: Uint8Array,
  relos: readonly CoreRelo[],
  types: Btf,
  kernel: Btf,
  candidates = new Candidates(types, kernel),
): readonly CoreOutcome[] {
  return relos.map((relo) => {
    let text = '';
    try {
      const question = questionOf(relo, types, candidates);
      text = question.text;
      const answer = answerOnce(question, kernel, candidates);
      return { relo, asked: text, ...write(insns, relo.pc, question, answer, kernel, candidates) };
    } catch (error) {
      if (!(error instanceof CoreProblem)) throw error;
      const what = text === '' ? reloText(types, relo) : text;
      throw new LoadError('core', subject, `CO-RE relocation ${what}: ${error.message}`, { pc: relo.pc });
    }
  });
}

/** What a relocation asks, with what is known of it by now: objects ask the same question many times. */
interface Question {
  readonly asked: CoreSpec;
  readonly text: string;
  /** The answer while `ids` are the candidates. */
  ids: readonly number[] | undefined;
  answer: Answer | undefined;
  why: string | undefined;
}
const QUESTIONS = new WeakMap<Candidates, Map<string, Question>>();

function questionOf(relo: CoreRelo, types: Btf, candidates: Candidates): Question {
  const { kind, typeId, access } = relo;
  const questions = QUESTIONS.get(candidates) ?? new Map<string, Question>();
  QUESTIONS.set(candidates, questions);
  const key = `${kind} ${typeId} ${access}`;
  const known = questions.get(key);
  if (known !== undefined) return known;
  if (typeId <= 0 || typeId >= types.count) {
    throw new CoreProblem(`there is no type ${typeId}, bound ${types.count - 1}`);
  }
  const asked = readSpec(types, relo);
  const question = { asked, text: specText(asked), ids: undefined, answer: undefined, why: undefined };
  questions.set(key, question);
  return question;
}

function answerOnce(question: Question, kernel: Btf, candidates: Candidates): Answer {
  const { asked, ids, answer } = question;
  if (answer !== undefined && ids === candidates.of(asked.rootId)) return answer;
  question.answer = answerTo(asked, kernel, candidates);
  question.ids = candidates.of(asked.rootId);
  question.why = undefined;
  return question.answer;
}

/** The place that was found, undefined where there is none, and the numbers of the object and of the kernel. */
interface Answer {
  readonly place: CoreSpec | undefined;
  readonly local: CoreValue;
  readonly kernel: CoreValue;
}

/** @see bpf_core_calc_relo_insn */
function answerTo(asked: CoreSpec, kernel: Btf, candidates: Candidates): Answer {
  const { kind, rootId } = asked;
  const local = valueOf(kind, asked);
  if (kind === 'type_id_local') return { place: asked, local, kernel: local };
  if (nameOf(asked.btf.type(rootId)) === '') {
    throw new CoreProblem('a type without name is searched for in no kernel');
  }
  let first: Answer | undefined;
  const left: number[] = [];
  for (const id of candidates.of(rootId)) {
    const place = findPlace(asked, kernel, id);
    if (place === undefined) continue;
    const answer = { place, local, kernel: valueOf(kind, place) };
    if (first !== undefined) checkSame(first, answer);
    first ??= answer;
    left.push(id);
  }
  if (first === undefined) return { place: undefined, local, kernel: valueOf(kind, undefined) };
  candidates.keep(rootId, left);
  return first;
}

function checkSame(a: Answer, b: Answer): void {
  if (a.place?.bitOff === b.place?.bitOff && a.kernel.value === b.kernel.value) return;
  const texts = [a, b].map(
    ({ place, kernel }) => `${place === undefined ? '' : specText(place)} is ${kernel.value}`,
  );
  throw new CoreProblem(`types of the kernel give different answers: ${texts.join(', and ')}`);
}

function write(
  insns: Uint8Array,
  pc: number,
  question: Question,
  { place, local, kernel: { value, bytes, typeId } }: Answer,
  kernel: Btf,
  candidates: Candidates,
): Pick<CoreOutcome, 'found' | 'value' | 'why'> {
  const { asked } = question;
  if (value === undefined) {
    poisonInsn(insns, pc);
    question.why ??= whyMissing(asked, kernel, candidates);
    return { found: undefined, value, why: question.why };
  }
  const found = place === undefined ? undefined : specText(place);
  const old = local.isKnown ? local.value : undefined;
  const canResize = place === undefined || isResizable(asked, local.typeId, place, typeId);
  if (patchInsn(insns, pc, { value, old, oldBytes: local.bytes, bytes, canResize })) return { found, value };
  poisonInsn(insns, pc);
  return { found, value: undefined, why: whyNotLoaded(asked, place ?? asked, candidates.kernelName) };
}
