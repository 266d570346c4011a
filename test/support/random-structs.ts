// Random structs of C, another kernel's edition of each, and a program that asks for all of their fields.
import type { Random } from './seed.ts';

/** A field that can be asked for: how it is written, and whether it is a bit field. */
interface Leaf {
  readonly path: string;
  readonly isBits: boolean;
  readonly isNumber: boolean;
}

/** A member, or an unnamed struct of some. */
interface Field {
  readonly name: string;
  readonly type: string;
  readonly suffix: string;
  readonly bits: number;
  readonly inner: readonly Field[];
}

const NUMBERS = [
  'char',
  'signed char',
  'unsigned char',
  'short',
  'unsigned short',
  'int',
  'unsigned int',
  'long',
  'unsigned long',
  '_Bool',
  'enum color',
];
const OTHERS = [
  'void *',
  'struct other *',
  'struct other',
  'union both',
  'int (*)(void)',
  'float',
  '__int128',
];
const PREFIX = [
  'enum color { RED, GREEN = 3 };',
  'struct other { int a; short list[3]; };',
  'union both { int a; long b; };',
  '',
].join('\n');

/** The source of a program, and of the types that it is put to. */
export interface RandomStructs {
  readonly program: string;
  readonly target: string;
}

/** A struct of some members, and one that was made of it by moving, renaming, retyping and wrapping them. */
export function randomStructs(random: Random): RandomStructs {
  const local = fields(random, 0, 'f');
  const changed = edition(random, local);
  const packed = random.below(6) === 0 ? ' __attribute__((packed))' : '';
  const flavour = random.below(3) === 0 ? '___other' : '';
  return {
    program: program(local),
    target: `${PREFIX}struct asked${flavour} {\n${lines(changed)}}${packed};\nstruct asked${flavour} *kept;\n`,
  };
}

function fields(random: Random, depth: number, prefix: string): Field[] {
  return Array.from({ length: 2 + random.below(5) }, (_, i) => {
    const name = `${prefix}${i}`;
    if (depth < 3 && random.below(5) === 0) {
      const type = random.pick(['struct', 'union']);
      const inner = fields(random, depth + 1, `${name}_`);
      return { name: random.below(2) === 0 ? '' : name, type, suffix: '', bits: 0, inner };
    }
    return field(random, name);
  });
}

function field(random: Random, name: string): Field {
  const type = random.pick(random.below(3) === 0 ? OTHERS : NUMBERS);
  const canBeBits = NUMBERS.indexOf(type) < 9 && NUMBERS.includes(type);
  if (canBeBits && random.below(3) === 0) {
    return { name, type, suffix: '', bits: 1 + random.below(8), inner: [] };
  }
  const suffix = random.below(4) === 0 ? `[${2 + random.below(3)}]` : '';
  return { name, type, suffix, bits: 0, inner: [] };
}

/** Another kernel's: each member is left out, put elsewhere, made anew, wrapped, or left alone. */
function edition(random: Random, list: readonly Field[]): Field[] {
  const next = list.flatMap((one): Field[] => {
    const choice = random.below(10);
    if (choice === 0) return [];
    if (choice === 1) return [{ ...field(random, one.name === '' ? 'new' : one.name) }];
    if (choice === 2) return [field(random, `new_${one.name}`), one];
    if (choice === 3)
      return [
        { name: '', type: 'struct', suffix: '', bits: 0, inner: [field(random, `in_${one.name}`), one] },
      ];
    if (one.inner.length > 0) return [{ ...one, inner: edition(random, one.inner) }];
    return [one];
  });
  if (random.below(3) === 0) next.reverse();
  return next.length === 0 ? [field(random, 'only')] : unique(next, new Set());
}

/** Each name once. */
function unique(list: readonly Field[], names: Set<string>): Field[] {
  return list.flatMap((one) => {
    if (one.name !== '' && names.has(one.name)) return [];
    names.add(one.name);
    return [one.name === '' ? { ...one, inner: unique(one.inner, names) } : one];
  });
}

function lines(list: readonly Field[]): string {
  return list.map((one) => `${declared(one)};\n`).join('');
}

function declared({ name, type, suffix, bits, inner }: Field): string {
  if (inner.length > 0) return `${type} {\n${lines(inner)}} ${name}`;
  if (type.includes('(*)')) return type.replace('(*)', `(*${name}${suffix})`);
  return `${type} ${name}${suffix}${bits > 0 ? `: ${bits}` : ''}`;
}

function leaves(list: readonly Field[], before: string): Leaf[] {
  return list.flatMap(({ name, type, suffix, bits, inner }): Leaf[] => {
    const path = name === '' ? before : `${before}.${name}`;
    if (inner.length > 0) return leaves(inner, path);
    const isNumber = NUMBERS.includes(type);
    const one = { path: path.slice(1), isBits: bits > 0, isNumber: isNumber && suffix === '' };
    return suffix === '' ? [one] : [one, { ...one, path: `${one.path}[1]`, isNumber }];
  });
}

function program(list: readonly Field[]): string {
  const questions = leaves(list, '').flatMap(({ path, isNumber }, i) => {
    // Of what is no number clang itself refuses to tell shifts.
    const kinds = isNumber && !path.endsWith(']') ? [0, 1, 2, 3, 4, 5] : [0, 1, 2];
    return kinds.map(
      (kind) => `ASK(ask_${i}_${kind}, __builtin_preserve_field_info(((struct asked *)0)->${path}, ${kind}))`,
    );
  });
  const loads = leaves(list, '').flatMap(({ path, isBits, isNumber }, i) =>
    isNumber && !isBits ? [`SEC long load_${i}(struct asked *s) { return s->${path}; }`] : [],
  );
  const whole = [0, 1, 2].map(
    (kind) => `ASK(type_${kind}, __builtin_preserve_type_info(*(struct asked *)0, ${kind}))`,
  );
  return [
    '#define SEC __attribute__((section("socket"), used))',
    '#define ASK(name, question) SEC unsigned long name(void *ctx) { return question; }',
    `${PREFIX}struct asked {\n${lines(list)}} __attribute__((preserve_access_index));`,
    ...questions,
    ...loads,
    ...whole,
    'char _license[] __attribute__((section("license"), used)) = "GPL";',
    '',
  ].join('\n');
}
