// tailscope verify: what the verifier says of the programs of an object, without running them.
import { InvalidArgumentError, type Command } from 'commander';
import {
  inputOf,
  printLog,
  printReport,
  reportOf,
  verify,
  type LineInfo,
  type ObjectSpec,
  type ProgSpec,
  type Report,
  type Verdict,
  type VerifyInput,
} from '../../vm/index.ts';
import { openProgram, type OpenedProgram, type ProgramSource } from '../library/programs.ts';
import { addProgramOptions, PROGRAM_ARGUMENT, programFrom, type ProgramFlags } from './program-options.ts';
import { countOf, print, printJson, say, timeOf } from './output.ts';

const HELP = `
Examples:
  tailscope verify ./mine.bpf.asm
  tailscope verify tracex5 --log 2
  tailscope verify ./mine.bpf.asm --json > verdicts.json

Each program gets a line: accepted or refused, how many insns it has and how many were walked, and how long that took. Of one that is refused the log follows, as Linux writes it, and an explanation. The exit
code is 1 when a program is refused.`;

interface VerifyCommandOptions extends ProgramFlags {
  readonly log?: 0 | 1 | 2;
  readonly json?: boolean;
}

export function addVerify(program: Command): Command {
  const command = program
    .command('verify')
    .summary('tell whether Linux would accept a program, and why not')
    .description(
      'Verifies the programs of an object: the verdict, the log, and what is wrong with those that are refused.',
    )
    .argument('<PROG>', PROGRAM_ARGUMENT)
    .option(
      '--log <LEVEL>',
      'how much of the log: 0 none, 1 the path that fails, 2 everything (default 1)',
      logLevel,
    )
    .option('--json', 'print one JSON document: verdicts, logs, explanations, statistics')
    .addHelpText('after', HELP)
    .action(run);
  return addProgramOptions(command);
}

function logLevel(text: string): 0 | 1 | 2 {
  if (text === '0' || text === '1' || text === '2') return Number(text) as 0 | 1 | 2; // just compared
  throw new InvalidArgumentError(`--log is 0, 1 or 2 and not ${text}`);
}

const SLOT_BYTES = 8;

/** A program with what was said of it. */
interface Verified {
  readonly prog: ProgSpec;
  readonly input: VerifyInput;
  readonly verdict: Verdict;
  readonly report: Report | undefined;
  /** How long the verifier took. */
  readonly wallMs: number;
}

async function run(path: string, { log = 1, json = false, ...flags }: VerifyCommandOptions): Promise<void> {
  const found = programFrom(path, flags);
  const opened = openProgram(found);
  const object = opened.spec;
  const source = sourceOf(found);
  const all = object.progs.map((prog) => verifyProg(opened, prog, log, source));
  if (json) await printJson(all.map(resultOf));
  else for (const one of all) await print(verdictText(one, log, object));
  const refused = all.filter(({ report }) => report !== undefined).length;
  if (refused === 0) return;
  say(`${refused} of ${countOf(all.length, 'program')} refused`);
  process.exitCode = 1;
}

/** The lines of the text that a program was assembled from; of an object its BTF has them. */
function sourceOf({ path, content }: ProgramSource): {
  readonly file: string;
  readonly lines: readonly string[];
} {
  return { file: path, lines: content.kind === 'text' ? content.text.split('\n') : [] };
}

function verifyProg(
  { spec, kernel }: OpenedProgram,
  prog: ProgSpec,
  log: 0 | 1 | 2,
  { file, lines }: ReturnType<typeof sourceOf>,
): Verified {
  const input = inputOf(spec, prog, kernel.types);
  const startMs = performance.now();
  const verdict = verify(input, { logLevel: log === 2 ? 2 : 1 });
  const wallMs = performance.now() - startMs;
  const lineAt = (pc: number): LineInfo | undefined => {
    const told = input.lines.findLast((one) => one.pc <= pc);
    if (told !== undefined) return told;
    const line = prog.lines[pc] ?? 0;
    return line === 0 ? undefined : { pc, file, text: lines[line - 1] ?? '', line, column: 0 };
  };
  return { prog, input, verdict, report: reportOf(input, verdict, lineAt), wallMs };
}

function verdictText(
  { prog, input, verdict, report, wallMs }: Verified,
  log: 0 | 1 | 2,
  object: ObjectSpec,
): string {
  const word = report === undefined ? 'accepted' : 'refused';
  const walked = verdict.stats.insns.toLocaleString('en-US');
  const work = `${countOf(prog.insns.length / SLOT_BYTES, 'insn')}, ${walked} walked in ${timeOf(wallMs * 1e6)}`;
  const head = `${object.name} ${prog.name} (${prog.type}): ${word} (${work})`;
  const lines = [
    head,
    ...(log === 0 ? [] : printLog(input, verdict).map((line) => `  ${line}`)),
    ...(report === undefined ? [] : ['', ...printReport(report).map((line) => `  ${line}`)]),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** A program of the document of --json. */
function resultOf({ prog, input, verdict, report, wallMs }: Verified): unknown {
  const { stats, refusal } = verdict;
  return {
    prog: prog.name,
    type: prog.type,
    accepted: refusal === undefined,
    errno: refusal === undefined ? 0 : -refusal.errno,
    report: report ?? null,
    stats,
    wallMs: Math.round(wallMs * 1000) / 1000,
    walked: verdict.facts.map(({ walked }) => walked),
    log: printLog(input, verdict),
  };
}
