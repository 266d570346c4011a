// Members of the kernel's structs that programs may write: few, and of few program types.
import type { Btf } from '../../btf/btf.ts';
import { isStruct, plainType, sizeOf } from '../../btf/query.ts';
import type { ProgTypeName } from '../../kernel/prog-types.ts';
import type { Env } from '../env.ts';
import { refuse } from '../refusal.ts';
import type { Reg } from '../reg.ts';

/** Members of one struct, or of those that it begins with: 'struct: path'. */
interface Writable {
  /** Names of structs of this layout. */
  readonly structs: readonly string[];
  /** What messages call it. */
  readonly name: string;
  readonly members: readonly (readonly [struct: string, path: string])[];
  /** A store may begin anywhere within these. */
  readonly inside?: readonly string[];
}

const CONNECTION: Writable = {
  structs: ['nf_conn', 'nf_conn___init'],
  name: 'nf_conn',
  members: [['nf_conn', 'mark']],
};
const TCP: Writable = {
  structs: ['tcp_sock'],
  name: 'tcp_sock',
  members: [
    ['sock', 'sk_pacing_rate'],
    ['sock', 'sk_pacing_status'],
    ['inet_connection_sock', 'icsk_ca_priv'],
    ['inet_connection_sock', 'icsk_ack.pending'],
    ['tcp_sock', 'snd_cwnd'],
    ['tcp_sock', 'snd_cwnd_cnt'],
    ['tcp_sock', 'snd_cwnd_stamp'],
    ['tcp_sock', 'snd_ssthresh'],
    ['tcp_sock', 'ecn_flags'],
    ['tcp_sock', 'app_limited'],
  ],
  inside: ['icsk_ca_priv'],
};

/** @see btf_struct_access of their bpf_verifier_ops */
const OF_TYPE: Readonly<Partial<Record<ProgTypeName, Writable>>> = {
  sched_cls: CONNECTION,
  sched_act: CONNECTION,
  xdp: CONNECTION,
};

/** Refuses a store of `bytes` at `off` into the kernel's struct behind register `n`, unless programs of this type may write just there. @see bpf_tcp_ca_btf_struct_access, _nf_conntrack_btf_struct_access */
export function checkStructWrite(
  env: Env,
  n: number,
  reg: Reg,
  name: string,
  off: number,
  bytes: number,
): void {
  const { type, target, kernel } = env.input;
  const isTcp = type === 'struct_ops' && target?.struct === 'tcp_congestion_ops';
  const writable = isTcp ? TCP : OF_TYPE[type];
  const place = [{ reg: n }];
  if (writable?.structs.includes(name) !== true || reg.btf?.btf !== kernel)
    refuse(env, 'btf-write', place, name);
  for (const [struct, path] of writable.members) {
    const found = memberAt(kernel, struct, path);
    if (found === undefined) continue;
    const isInside = writable.inside?.includes(path) === true && off > found.off && off < found.end;
    if (off !== found.off && !isInside) continue;
    if (off + bytes > found.end) refuse(env, 'btf-write-beyond', place, writable.name, off, bytes, found.end);
    return;
  }
  refuse(env, 'btf-write-member', place, writable.name, off);
}

/** Where a member lies: from its first byte up to the one behind it. */
function memberAt(
  btf: Btf,
  struct: string,
  path: string,
): { readonly off: number; readonly end: number } | undefined {
  let id = btf.find('struct', struct);
  let off = 0;
  for (const name of path.split('.')) {
    const record = id === undefined ? undefined : plainType(btf, id);
    const member =
      record !== undefined && isStruct(record)
        ? record.members.find((known) => known.name === name)
        : undefined;
    if (member === undefined) return undefined;
    off += member.bitOff >> 3;
    id = member.type;
  }
  const bytes = id === undefined ? undefined : sizeOf(btf, id);
  return bytes === undefined ? undefined : { off, end: off + bytes };
}
