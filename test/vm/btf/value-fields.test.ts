// Which fields of a type programs reach through helpers only.
import { describe, expect, test } from 'vitest';
import { BtfBuilder } from '../../../vm/btf/build.ts';
import { valueFields } from '../../../vm/btf/value-fields.ts';

const builder = new BtfBuilder('test');
builder.add({
  structs: {
    bpf_spin_lock: { bytes: 4, members: { val: [0, 'int'] } },
    bpf_res_spin_lock: { bytes: 4, members: { val: [0, 'int'] } },
    bpf_timer: { bytes: 16, members: { opaque: [0, 'unsigned long long[2]'] } },
    bpf_list_head: { bytes: 16, members: { opaque: [0, 'unsigned long long[2]'] } },
    bpf_list_node: { bytes: 24, members: { opaque: [0, 'unsigned long long[3]'] } },
    bpf_rb_node: { bytes: 32, members: { opaque: [0, 'unsigned long long[4]'] } },
    bpf_refcount: { bytes: 4, members: { val: [0, 'int'] } },
    task_struct: { bytes: 8, members: { pid: [0, 'int'] } },
    locked: { bytes: 8, members: { count: [0, 'int'], lock: [4, 'struct bpf_spin_lock'] } },
    nested: { bytes: 24, members: { before: [0, 'long'], inner: [16, 'struct locked'] } },
    two_locks: { bytes: 8, members: { a: [0, 'struct bpf_spin_lock'], b: [4, 'struct bpf_spin_lock'] } },
    both_locks: { bytes: 8, members: { a: [0, 'struct bpf_spin_lock'], b: [4, 'struct bpf_res_spin_lock'] } },
    odd: { bytes: 24, members: { timer: [4, 'struct bpf_timer'] } },
    timers: { bytes: 32, members: { list: [0, 'struct bpf_timer[2]'] } },
    timed: { bytes: 24, members: { count: [0, 'long'], timer: [8, 'struct bpf_timer'] } },
    listed: { bytes: 32, members: { count: [0, 'long'], link: [8, 'struct bpf_list_node'] } },
    in_both: {
      bytes: 64,
      members: { link: [0, 'struct bpf_list_node'], node: [32, 'struct bpf_rb_node'] },
    },
    counted: {
      bytes: 72,
      members: {
        link: [0, 'struct bpf_list_node'],
        node: [32, 'struct bpf_rb_node'],
        count: [64, 'struct bpf_refcount'],
      },
    },
  },
});

/** A struct with a member that is tagged. */
function tagged(name: string, member: string, type: number, tag?: string, lockOff?: number): number {
  const members = [{ name: member, type, bitOff: 0, bits: 0 }];
  if (lockOff !== undefined) {
    members.push({ name: 'lock', type: builder.type('struct bpf_spin_lock'), bitOff: 8 * lockOff, bits: 0 });
  }
  const id = builder.push({ kind: 'struct', name, bytes: 128, members });
  if (tag !== undefined) builder.push({ kind: 'decl_tag', name: tag, type: id, component: 0 });
  return id;
}

/** A pointer to a struct with type tags, the outermost first. */
function pointer(struct: string, ...tags: readonly string[]): number {
  const target = tags.reduceRight(
    (type, name) => builder.push({ kind: 'type_tag', name, type }),
    builder.type(struct),
  );
  return builder.push({ kind: 'ptr', type: target });
}

function array(type: number, count: number): number {
  return builder.push({ kind: 'array', type, index: builder.type('int'), count });
}

const kptr = pointer('struct task_struct', 'kptr');
const head = builder.type('struct bpf_list_head');
const MADE: Readonly<Record<string, number>> = {
  kept: tagged('kept', 'task', kptr),
  kept_eleven: tagged('kept_eleven', 'tasks', array(kptr, 11)),
  kept_twelve: tagged('kept_twelve', 'tasks', array(kptr, 12)),
  kept_twice: tagged('kept_twice', 'task', pointer('struct task_struct', 'kptr', 'rcu')),
  kept_number: tagged('kept_number', 'number', pointer('int', 'kptr')),
  other_tag: tagged('other_tag', 'task', pointer('struct task_struct', 'user')),
  list: tagged('list', 'head', head, 'contains:listed:link', 16),
  list_unlocked: tagged('list_unlocked', 'head', head, 'contains:listed:link'),
  list_of_nothing: tagged('list_of_nothing', 'head', head, 'contains:gone:link', 16),
  list_of_numbers: tagged('list_of_numbers', 'head', head, 'contains:listed:count', 16),
  list_untagged: tagged('list_untagged', 'head', head, undefined, 16),
};
const btf = builder.build();

/** Fields as `kind@off:target`. */
function fieldsOf(name: string, of: 'value' | 'object' = 'value'): string[] {
  const id = MADE[name] ?? btf.find('struct', name)!;
  return valueFields(btf, id, of).map(({ kind, off, target }) =>
    target === undefined ? `${kind}@${off}` : `${kind}@${off}:${target}`,
  );
}

describe('fields of a type', () => {
  test.each([
    ['locked', ['spin_lock@4']],
    ['nested', ['spin_lock@20']],
    ['timed', ['timer@8']],
    ['kept', ['kptr@0:task_struct']],
    ['kept_eleven', Array.from({ length: 11 }, (_, i) => `kptr@${8 * i}:task_struct`)],
    ['list', ['list_head@0:listed:link', 'spin_lock@16']],
  ])('are found: %s', (name, fields) => {
    expect(fieldsOf(name)).toEqual(fields);
  });

  test.each([
    ['two of a kind that may stand once', 'two_locks'],
    ['locks of both kinds', 'both_locks'],
    ['a timer in an array', 'timers'],
    ['more than eleven', 'kept_twelve'],
    ['a pointer with two tags', 'kept_twice'],
    ['a pointer to a number', 'kept_number'],
    ['a tag that is none of these', 'other_tag'],
    ['a list without a lock', 'list_unlocked'],
    ['a list of a type that is not there', 'list_of_nothing'],
    ['a list by a member that is no node', 'list_of_numbers'],
    ['a list of which nothing says what it holds', 'list_untagged'],
  ])('are none where one is malformed: %s', (_what, name) => {
    expect(fieldsOf(name)).toEqual([]);
  });

  test('are left out where they are not aligned', () => {
    expect(fieldsOf('odd')).toEqual([]);
  });

  test('of values have no nodes, and those of objects no timers', () => {
    expect([fieldsOf('listed', 'value'), fieldsOf('listed', 'object')]).toEqual([[], ['list_node@8']]);
    expect([fieldsOf('timed', 'value'), fieldsOf('timed', 'object')]).toEqual([['timer@8'], []]);
  });

  test('of an object in a list and a tree are some only when it counts its references', () => {
    expect(fieldsOf('in_both', 'object')).toEqual([]);
    expect(fieldsOf('counted', 'object')).toEqual(['list_node@0', 'rb_node@32', 'refcount@64']);
  });
});
