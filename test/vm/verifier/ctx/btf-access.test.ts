// Pointers to structs of the kernel, on types that the kernel of this machine does not have: tags, lists of trusted members, objects of programs.
import { describe, expect, test } from 'vitest';
import { BtfBuilder } from '../../../../vm/btf/build.ts';
import type { BtfType } from '../../../../vm/verifier/btf-type.ts';
import { accessBtf, isStruct } from '../../../../vm/verifier/ctx/btf-access.ts';
import { Env } from '../../../../vm/verifier/env.ts';
import type { VerifyInput } from '../../../../vm/verifier/input.ts';
import { FLAGS, makeReg, withReg, type Reg } from '../../../../vm/verifier/reg.ts';
import { Refusal } from '../../../../vm/verifier/refusal.ts';
import { Frame, State } from '../../../../vm/verifier/state.ts';
import { typeText } from '../../../../vm/verifier/type-text.ts';

const builder = new BtfBuilder('vmlinux');
builder.add({
  structs: {
    leaf: { bytes: 8, members: { number: [0, 'long'] } },
    node: {
      bytes: 64,
      members: {
        first: [0, 'struct leaf'],
        plain: [8, 'struct leaf *'],
        of_user: [16, 'struct leaf __user *'],
        of_cpu: [24, 'struct leaf __percpu *'],
        under_rcu: [32, 'struct leaf __rcu *'],
        shared: [40, 'struct leaf *'],
        listed: [48, 'struct leaf *'],
        text: [56, 'char *'],
      },
      shared: ['shared'],
    },
    node__safe_trusted: { bytes: 8, members: { listed: [0, 'struct leaf *'] } },
    holder: { bytes: 16, members: { number: [0, 'long'], node: [8, 'struct incomplete'] } },
  },
});
const odd = builder.push({
  kind: 'struct',
  name: 'odd',
  bytes: 8,
  members: [
    { name: 'code', type: builder.push({ kind: 'fwd', name: 'code', isUnion: false }), bitOff: 0, bits: 0 },
  ],
});
const KERNEL = builder.build();

function envOf(isSleepable = false, gpl = true): Env {
  const input: VerifyInput = {
    name: 'test',
    type: 'tracing',
    attachType: 23,
    flags: 0,
    gpl,
    insns: new Uint8Array(8),
    maps: new Map(),
    funcs: [],
    lines: [],
    kernel: KERNEL,
    objects: [],
  };
  const env = new Env(input, { logLevel: 1 }, [undefined], []);
  env.state = new State();
  env.state.frames = [new Frame(-1, 0, 0)];
  env.state.isSleepable = isSleepable;
  return env;
}

function pointer(struct: string, flags = 0): Reg {
  const id = struct === 'odd' ? odd : KERNEL.find('struct', struct)!;
  return withReg(makeReg('btf_id'), { flags, btf: { btf: KERNEL, id } });
}

/** What a load of 8 bytes yields, in the log's words, or the message. */
function load(reg: Reg, off: number, env = envOf()): string {
  try {
    const value = accessBtf(env, 1, reg, off, 8, 'read');
    return value === undefined ? 'nothing' : typeText(value);
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

const OFF = { first: 0, plain: 8, of_user: 16, of_cpu: 24, under_rcu: 32, shared: 40, listed: 48, text: 56 };

describe('a pointer that is loaded', () => {
  // oxfmt-ignore
  test.each([
    ['from a struct of no trust',                    'plain',     0,              false, 'ptr_'],
    ['from a trusted struct',                        'plain',     FLAGS.trusted,  false, 'ptr_'],
    ['from a trusted struct, where one may sleep',   'plain',     FLAGS.trusted,  true,  'untrusted_ptr_'],
    ['from an untrusted struct',                     'plain',     FLAGS.untrusted, false, 'untrusted_ptr_'],
    ['that the list has',                            'listed',    FLAGS.trusted,  false, 'trusted_ptr_'],
    ['that the list has, where one may sleep',       'listed',    FLAGS.trusted,  true,  'trusted_ptr_'],
    ['that the list has, of a struct of no trust',   'listed',    0,              false, 'ptr_'],
    ['that RCU keeps',                               'under_rcu', FLAGS.trusted,  false, 'rcu_ptr_or_null_'],
    ['that RCU keeps, where one may sleep',          'under_rcu', FLAGS.trusted,  true,  'untrusted_ptr_'],
    ['that RCU keeps, from a struct that it keeps',  'under_rcu', FLAGS.rcu,      false, 'rcu_ptr_or_null_'],
    ['to memory of a process',                       'of_user',   FLAGS.trusted,  false, 'user_ptr_'],
    ['to memory of a CPU',                           'of_cpu',    FLAGS.trusted,  false, 'percpu_ptr_'],
    ['that shares its bytes',                        'shared',    FLAGS.trusted,  false, 'untrusted_ptr_'],
    ['to no struct',                                 'text',      FLAGS.trusted,  false, 'rdonly_untrusted_mem'],
  ] as const)('%s', (_title, member, flags, isSleepable, expected) => {
    expect(load(pointer('node', flags), OFF[member], envOf(isSleepable))).toBe(expected);
  });

  test('from an object of the program is a number', () => {
    const object = withReg(pointer('node', FLAGS.alloc), { refId: 1 });
    expect(load(object, OFF.plain)).toBe('scalar');
    expect(load(object, OFF.text)).toBe('rdonly_untrusted_mem');
  });
});

describe('a load is refused', () => {
  test('of the memory of a process', () => {
    expect(load(pointer('leaf', FLAGS.user), 0)).toBe('R1 is ptr_leaf access user memory: off=0');
  });

  test('of the memory of a CPU', () => {
    expect(load(pointer('leaf', FLAGS.percpu), 0)).toBe('R1 is ptr_leaf access percpu memory: off=0');
  });

  test('of what is no struct', () => {
    const int = withReg(makeReg('btf_id'), { btf: { btf: KERNEL, id: builder.type('long') } });
    expect(load(int, 0)).toBe("Type 'long int' is not a struct");
  });

  test('of a member without size', () => {
    expect(load(pointer('odd'), 0)).toBe("field code doesn't have size");
  });

  test('without the licence', () => {
    expect(load(pointer('leaf'), 0, envOf(false, false))).toBe(
      "Cannot access kernel 'struct leaf' from non-GPL compatible program",
    );
  });
});

/** What a store of 8 bytes does. */
function store(flags: number): string {
  try {
    accessBtf(envOf(), 1, withReg(pointer('leaf', flags), { refId: 1 }), 0, 8, 'write');
    return 'stored';
  } catch (error) {
    return (error as Refusal).message; // nothing else is thrown
  }
}

describe('stores', () => {
  test('go to objects of the program alone', () => {
    expect(store(FLAGS.alloc)).toBe('stored');
    expect(store(FLAGS.trusted)).toBe('only read is supported');
    expect(store(FLAGS.alloc | FLAGS.untrusted)).toBe('only read is supported');
  });
});

function wanted(name: string): BtfType {
  return { btf: KERNEL, id: KERNEL.find('struct', name)! };
}

describe('a pointer to a struct', () => {
  test('is one to the struct that it begins with, unless it must be exactly that', () => {
    expect(isStruct(pointer('node'), 0, wanted('node'), true)).toBe(true);
    expect(isStruct(pointer('node'), 0, wanted('leaf'), false)).toBe(true);
    expect(isStruct(pointer('node'), 0, wanted('leaf'), true)).toBe(false);
  });

  test('is none to what comes later in it', () => {
    const env = envOf();
    expect(isStruct(pointer('node'), 8, wanted('leaf'), false, env)).toBe(false);
    expect(env.log.records).toEqual([
      { kind: 'line', text: 'cannot access ptr member plain with moff 8 in struct node with off 8 size 1' },
    ]);
  });
});
