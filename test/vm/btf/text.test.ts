// Types as C writes them.
import { expect, test } from 'vitest';
import { BtfBuilder } from '../../../vm/btf/build.ts';
import { kernelTypes } from '../../../vm/btf/kernel-types.ts';
import { declaration } from '../../../vm/btf/text.ts';

const builder = new BtfBuilder('test');

// oxfmt-ignore
test.each([
  ['int', 'x', 'int x'],
  ['long unsigned int', '', 'long unsigned int'],
  ['struct task_struct *', '', 'struct task_struct *'],
  ['const struct path *', 'p', 'const struct path *p'],
  ['char[16]', 'comm', 'char comm[16]'],
  ['int[2][3]', 't', 'int t[2][3]'],
  ['char *[4]', 'v', 'char *v[4]'],
  ['int * const', 'p', 'int *const p'],
  ['struct css_set __rcu *', 'c', 'struct css_set __rcu *c'],
])('%s with the name "%s"', (type, name, expected) => {
  const id = builder.type(type);
  expect(declaration(builder.build(), id, name)).toBe(expected);
});

test('functions, and pointers to them', () => {
  const proto = builder.push({
    kind: 'func_proto',
    ret: builder.type('int'),
    params: [
      { name: 'ctx', type: builder.type('void *') },
      { name: '', type: 0 },
    ],
  });
  const pointer = builder.push({ kind: 'ptr', type: proto });
  const func = builder.push({ kind: 'func', name: 'main', type: proto, linkage: 'global' });
  const btf = builder.build();
  expect(declaration(btf, pointer, 'run')).toBe('int (*run)(void *ctx, ...)');
  expect(declaration(btf, func)).toBe('int main(void *ctx, ...)');
});

test('a function of the kernel', () => {
  const btf = kernelTypes();
  expect(declaration(btf, btf.find('func', 'do_sys_openat2')!)).toBe(
    'int do_sys_openat2(int dfd, const char *filename, struct open_how *how)',
  );
});
