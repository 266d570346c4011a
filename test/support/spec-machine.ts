// Gives a spec of the kernel oracle to the machine instead, and answers in the same form.
import { createMachine, type FuncInfo, type Machine } from '../../vm/index.ts';
import { bytesOf } from './case-file.ts';
import type { OracleAnswer } from './oracle.ts';

/** What the machine says to a spec. */
export function askMachine(spec: string, cpus = 2): OracleAnswer[] {
  return new SpecRunner(cpus).run(spec);
}

class SpecRunner {
  private readonly machine: Machine;
  private readonly cpus: number;
  private readonly answers: OracleAnswer[] = [];
  private readonly maps: { name: string; type: string; valueSize: number; fd: number }[] = [];
  private readonly progs = new Map<string, number>();
  /** The program that is being read. */
  private prog:
    | { name: string; type: string; options: Map<string, string>; hex: string; funcs: FuncInfo[] }
    | undefined;

  constructor(cpus: number) {
    this.cpus = cpus;
    this.machine = createMachine({
      cpus,
      limitInsns: 1_000_000,
      onPrintk: () => {},
      onFault: (fault) => {
        throw new Error(`${fault.prog} pc ${fault.pc}: ${fault.message}`);
      },
    });
  }

  run(spec: string): OracleAnswer[] {
    for (const line of spec.split('\n')) {
      const words = line.replace(/#.*/, '').split(/\s+/).filter(Boolean);
      if (words.length > 0) this.command(words[0]!, words.slice(1));
    }
    return this.answers;
  }

  private command(word: string, args: readonly string[]): void {
    const { bpf } = this.machine;
    switch (word) {
      case 'map':
        this.map(args);
        break;
      case 'prog':
        this.prog = { name: args[0]!, type: args[1]!, options: optionsOf(args.slice(2)), hex: '', funcs: [] };
        break;
      case 'insns':
        this.prog!.hex += args.join('');
        break;
      case 'end':
        this.load();
        break;
      case 'slot': {
        const fd = this.progs.get(args[2]!)!;
        const errno = bpf.mapUpdate(this.fdOf(args[0]!), u32(Number(args[1])), u32(fd), Number(args[3] ?? 0));
        this.mapAnswer('slot', args, errno);
        break;
      }
      case 'unslot':
        this.mapAnswer('unslot', args, bpf.mapDelete(this.fdOf(args[0]!), u32(Number(args[1]))));
        break;
      case 'set':
        this.set(args);
        break;
      case 'get': {
        const value = bpf.mapLookup(this.fdOf(args[0]!), bytesOf(args[1]!));
        this.mapAnswer('get', args, typeof value === 'number' ? value : 0, value);
        break;
      }
      case 'asks': {
        const value = bpf.mapLookup(this.fdOf(args[0]!), bytesOf(args[1]!));
        this.mapAnswer('asks', args, typeof value === 'number' ? value : 0);
        break;
      }
      case 'take': {
        const value = bpf.mapLookupAndDelete(this.fdOf(args[0]!), bytesOf(args[1]!));
        this.mapAnswer('take', args, typeof value === 'number' ? value : 0, value);
        break;
      }
      case 'perf': {
        const cpu = Number(args[1]);
        const event = bpf.perfEventOpen(cpu, Math.max(0, Number(args[2])));
        this.mapAnswer('perf', args, bpf.mapUpdate(this.fdOf(args[0]!), u32(cpu), u32(event), 0));
        break;
      }
      case 'consume':
        this.consume(args[0]!);
        break;
      case 'produce':
        this.produce(args);
        break;
      case 'mine':
        this.mine(args);
        break;
      case 'dump':
        this.dump(args[0]!);
        break;
      case 'freeze': {
        const errno = Math.abs(bpf.mapFreeze(this.fdOf(args[0]!)));
        this.answers.push({ op: 'freeze', map: args[0]!, ok: errno === 0, errno });
        break;
      }
      case 'closemap':
        bpf.close(this.fdOf(args[0]!));
        break;
      case 'closeprog':
        bpf.close(this.progs.get(args[0]!)!);
        break;
      case 'btf':
        break; // the types of the functions are all alike
      case 'func': {
        const pc = Number(args[0]);
        this.prog!.funcs.push({ pc, name: `f${pc}`, linkage: 'static' });
        break;
      }
      case 'pin':
        break; // test runs are on CPU 0
      case 'sleep':
        break; // what the kernel does later, the machine does at once
      case 'run':
        this.testRun(args);
        break;
      default:
        throw new Error(`the machine's reader of specs does not know ${word}`);
    }
  }

  private map([name, type, key, value, entries, flags = '0', more = '']: readonly string[]): void {
    const sizes = { keySize: Number(key), valueSize: Number(value), maxEntries: Number(entries) };
    const extra = more.startsWith('extra=') ? { extra: Number(more.slice(6)) } : {};
    const spec = { name: name!, type: type!, ...sizes, flags: Number(flags), ...extra };
    const fd = this.machine.bpf.mapCreate(spec);
    this.maps.push({ name: name!, type: type!, valueSize: sizes.valueSize, fd });
    this.answers.push({ op: 'map', name: name!, ok: fd >= 0, errno: Math.max(0, -fd) });
  }

  private load(): void {
    const { name, type, options, hex, funcs } = this.prog!;
    const insns = bytesOf(hex);
    const view = new DataView(insns.buffer);
    for (let at = 0; at < insns.length; at += 8) {
      const src = insns[at + 1]! >> 4;
      if (insns[at] !== 0x18) continue;
      const map = this.maps[view.getInt32(at + 4, true)];
      if ((src === 1 || src === 2) && map !== undefined) view.setInt32(at + 4, map.fd, true);
      at += 8;
    }
    const log: string[] = [];
    const number = (key: string): number => Number(options.get(key) ?? 0);
    const first = options.get('fds');
    const fdArray =
      first === undefined ? {} : { fdArray: this.maps.slice(Number(first)).map(({ fd }) => fd) };
    const attr = { name, type, insns, license: 'GPL', funcs, ...fdArray };
    const fd = this.machine.bpf.progLoad(
      { ...attr, expectedAttachType: number('attach'), flags: number('flags') },
      log,
    );
    this.progs.set(name, fd);
    const verdict = fd >= 0 ? 'accepted' : 'rejected';
    const answer = { op: 'prog', name, verdict, errno: Math.max(0, -fd), insns: insns.length / 8 } as const;
    this.answers.push(fd >= 0 ? answer : { ...answer, log: log.join('\n') });
  }

  private set(args: readonly string[]): void {
    const map = this.maps.find(({ name }) => name === args[0])!;
    const value = bytesOf(args[2]!);
    const percpu = map.type.startsWith('percpu');
    const whole = new Uint8Array(percpu ? Math.ceil(map.valueSize / 8) * 8 * this.cpus : map.valueSize);
    const step = percpu ? whole.length / this.cpus : whole.length;
    for (let at = 0; at < whole.length; at += step) whole.set(value, at);
    const errno = this.machine.bpf.mapUpdate(map.fd, bytesOf(args[1]!), whole, 0);
    if (errno !== 0) this.mapAnswer('set', args, errno);
  }

  private dump(name: string): void {
    const fd = this.fdOf(name);
    const entries: [string, string][] = [];
    const { bpf } = this.machine;
    for (let key = bpf.mapNextKey(fd, undefined); typeof key !== 'number'; key = bpf.mapNextKey(fd, key)) {
      const value = bpf.mapLookup(fd, key);
      if (typeof value !== 'number') entries.push([hex(key), hex(value)]);
    }
    this.answers.push({ op: 'dump', map: name, entries });
  }

  private testRun(args: readonly string[]): void {
    const prog = args[0]!;
    const options = optionsOf(args.slice(1));
    const data = options.get('data');
    const ctx = options.get('ctx');
    const tag = (options.get('tag') ?? '').slice(0, 63);
    const result = this.machine.testRun(this.progs.get(prog)!, {
      ...(data === undefined ? {} : { data: bytesOf(data) }),
      ...(ctx === undefined ? {} : { ctx: bytesOf(ctx) }),
      repeat: Number(options.get('repeat') ?? 0),
    });
    const errno = Math.abs(result.errno);
    const answer = { op: 'run', prog, tag, ok: errno === 0, errno } as const;
    if (errno !== 0) {
      this.answers.push(answer);
      return;
    }
    const out = { ...answer, retval: result.retval, data_out: hex(result.data) };
    this.answers.push(options.has('ctxout') ? { ...out, ctx_out: hex(result.ctx) } : out);
  }

  private consume(map: string): void {
    const records: string[] = [];
    this.machine.bpf.mapConsume(this.fdOf(map), (record) => {
      records.push(record.kind === 'lost' ? `lost ${record.count}` : hex(record.data));
    });
    this.answers.push({ op: 'consume', map, records });
  }

  private produce([map, bytes, how]: readonly string[]): void {
    const { bpf } = this.machine;
    const fd = this.fdOf(map!);
    const record = bytesOf(bytes!);
    const position = bpf.userRingbufReserve(fd, record.length);
    if (position >= 0 && how === 'discard') bpf.userRingbufDiscard(fd, position);
    if (position >= 0 && how === undefined) bpf.userRingbufSubmit(fd, position, record);
    const errno = Math.max(0, -position);
    this.answers.push({ op: 'produce', map: map!, ok: errno === 0, errno });
  }

  /** A test run is made by task 0 here, and by the oracle's own on a kernel. */
  private mine([map, what, bytes = '', flags = '0']: readonly string[]): void {
    const { bpf } = this.machine;
    const { fd, valueSize } = this.maps.find(({ name }) => name === map)!;
    const key = u32(bpf.pidfdOpen(1));
    const value = new Uint8Array(valueSize);
    value.set(bytesOf(bytes));
    const answer =
      what === 'get'
        ? bpf.mapLookup(fd, key)
        : what === 'set'
          ? bpf.mapUpdate(fd, key, value, Number(flags))
          : bpf.mapDelete(fd, key);
    this.mapAnswer('mine', [map!, what!], typeof answer === 'number' ? answer : 0, answer);
  }

  private fdOf(name: string): number {
    return this.maps.find((map) => map.name === name)!.fd;
  }

  private mapAnswer(
    op: 'slot' | 'unslot' | 'set' | 'get' | 'take' | 'asks' | 'perf' | 'mine',
    [map, key]: readonly string[],
    errno: number,
    value?: Uint8Array | number,
  ): void {
    const answer = { op, map: map!, key: key!, ok: errno === 0, errno: Math.abs(errno) };
    this.answers.push(value instanceof Uint8Array ? { ...answer, value: hex(value) } : answer);
  }
}

function optionsOf(words: readonly string[]): Map<string, string> {
  return new Map(words.map((word) => word.split('=', 2) as [string, string]));
}

function u32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
