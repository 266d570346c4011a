// Register types as the kernel's messages name them.
import { FLAGS, REG_TYPES, type Reg, type RegType } from './reg.ts';

/** Flags that show, in the order in which they stand before the type. */
// oxfmt-ignore
const PREFIXES = [
  [FLAGS.rdonly,    'rdonly_'],
  [FLAGS.ringbuf,   'ringbuf_'],
  [FLAGS.user,      'user_'],
  [FLAGS.percpu,    'percpu_'],
  [FLAGS.rcu,       'rcu_'],
  [FLAGS.untrusted, 'untrusted_'],
  [FLAGS.trusted,   'trusted_'],
] as const;

/** 'fp', 'map_value_or_null', 'trusted_ptr_': without a struct's name. @see kernel/bpf/log.c reg_type_str */
export function typeText(reg: Pick<Reg, 'type' | 'flags'>): string {
  let prefix = '';
  for (const [flag, text] of PREFIXES) if ((reg.flags & flag) !== 0) prefix += text;
  const text = prefix + REG_TYPES[reg.type].text;
  return (reg.flags & FLAGS.maybe_null) === 0 ? text : text + nullText(reg.type);
}

function nullText(type: RegType): string {
  return type === 'btf_id' ? 'or_null_' : '_or_null';
}
