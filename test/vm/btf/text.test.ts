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

test('modifiers stand where C wants them', () => {
  const other = new BtfBuilder('test');
  const int = other.type('int');
  const pointer = other.push({ kind: 'ptr', type: int });
  const both = other.push({ kind: 'const', type: other.push({ kind: 'volatile', type: pointer }) });
  const constant = other.push({ kind: 'const', type: int });
  const array = other.push({ kind: 'array', type: constant, index: int, count: 3 });
  const twice = other.push({ kind: 'const', type: array });
  const old = other.push({ kind: 'func_proto', ret: int, params: [{ name: '', type: 0 }] });
  const btf = other.build();
  expect(declaration(btf, both, 'p')).toBe('int *volatile const p');
  expect(declaration(btf, twice, 'list')).toBe('const int list[3]');
  expect(declaration(btf, old, 'f')).toBe('int f()');
});

test('what is made of very many parts is cut off', () => {
  const other = new BtfBuilder('test');
  let inner = other.type('int');
  for (let i = 0; i < 60; i++) {
    const params = [0, 1].map(() => ({ name: '', type: inner }));
    inner = other.push({ kind: 'ptr', type: other.push({ kind: 'func_proto', ret: 0, params }) });
  }
  const text = declaration(other.build(), inner, 'x');
  expect(text).toContain('...');
  expect(text.length).toBeLessThan(100_000);
});

test('a function of the kernel', () => {
  const btf = kernelTypes();
  expect(declaration(btf, btf.find('func', 'do_sys_openat2')!)).toBe(
    'int do_sys_openat2(int dfd, const char *filename, struct open_how *how)',
  );
});
