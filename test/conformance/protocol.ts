// The protocol in which the runner of bpf_conformance asks a plugin: the program in hex on stdin, its memory in hex as the first argument, r0 in
// hex on stdout, or the reason why there is none on stderr.
import { createMachine, disassemble, LoadError, type Fault } from '../../vm/index.ts';
import { TEST_ENGINE } from '../support/engine.ts';

export interface PluginAnswer {
  /** Exit code: 0 with r0, 1 where there is none, 2 for a request that cannot be read. */
  readonly code: 0 | 1 | 2;
  readonly stdout: string;
  readonly stderr: string;
}

const USAGE = 'usage: plugin [--program HEX] [MEMORY HEX] [--debug], the program in hex on stdin';
/** Insns after which a program counts as endless. */
const LIMIT_INSNS = 10_000_000;

/** What stands in a request. */
interface Request {
  readonly program: string;
  readonly memory: string;
  readonly debug: boolean;
}

/** Answers one request. `stdin` may have any white space between its digits; an empty memory may be missing. */
export function answer(args: readonly string[], stdin: string): PluginAnswer {
  try {
    const { program, memory, debug } = readRequest(args, stdin);
    const insns = bytesOfHex(program, 'the program');
    const result = run(insns, bytesOfHex(memory, 'the memory'));
    const shown = debug ? disassemble(insns).map(({ pc, text }) => `${pc}: ${text}\n`) : [];
    return { ...result, stderr: shown.join('') + result.stderr };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return { code: 2, stdout: '', stderr: `${error.message}\n` };
  }
}

class RequestError extends Error {}

function readRequest(args: readonly string[], stdin: string): Request {
  let program: string | undefined;
  let memory: string | undefined;
  let debug = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '--debug') debug = true;
    else if (arg === '--program') program = args[++i] ?? '';
    else if (arg === '--elf') throw new RequestError('the program is read as insns, not as ELF');
    else if (arg.startsWith('--') || memory !== undefined) {
      throw new RequestError(`unexpected argument ${arg}\n${USAGE}`);
    } else memory = arg;
  }
  return { program: program ?? stdin, memory: memory ?? '', debug };
}

function bytesOfHex(text: string, what: string): Uint8Array {
  const digits = text.replace(/\s+/g, '');
  const wrong = /[^0-9a-fA-F]/.exec(digits);
  if (wrong !== null) throw new RequestError(`${what} is in hex, got ${wrong[0]}`);
  if (digits.length % 2 !== 0) throw new RequestError(`${what} has half a byte at its end`);
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}

function run(insns: Uint8Array, memory: Uint8Array): PluginAnswer {
  const machine = createMachine({
    engine: TEST_ENGINE,
    cpus: 1,
    limitInsns: LIMIT_INSNS,
    onPrintk: () => {},
    onFault: () => {},
  });
  try {
    const { r0, fault } = machine.runInsns(insns, memory);
    if (fault !== undefined) return { code: 1, stdout: '', stderr: `${faultText(fault)}\n` };
    return { code: 0, stdout: `${r0.toString(16)}\n`, stderr: '' };
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    return { code: 1, stdout: '', stderr: `${error.message}\n` };
  }
}

function faultText({ pc, message }: Fault): string {
  return `${pc}: ${message}`;
}
