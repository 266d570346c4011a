// BTF as a header of C: all types, or some and what they need, each behind those that it is made of.
import type { Btf, BtfRecord } from './btf.ts';
import { CNames } from './c-names.ts';
import { CWriter } from './c-text.ts';
import { isWord } from './c-words.ts';
import { declTags, isStruct } from './query.ts';

/**
 * C declarations of the types `ids` and of those that they hold; of what is only pointed to, the name. Without `ids`: of all types but functions,
 * variables and sections. They compile for the BPF target, and are laid out there as the BTF tells. A name that two types have gets a flavour with the
 * second: 'foo___2'. Never throws for types that parseBtf has read; what C cannot say stands in comments.
 */
export function declarations(btf: Btf, ids?: readonly number[]): string {
  const order = new Order(btf);
  if (ids === undefined) order.all();
  else for (const id of ids) order.root(id);
  return order.texts.length === 0 ? '' : `${order.texts.join('\n\n')}\n`;
}

/**
 * The same of all types as a header, as vmlinux.h is one: clang makes accesses to its structs CO-RE relocations, and the kernel functions that programs
 * may call are declared.
 */
export function cHeader(btf: Btf): string {
  const order = new Order(btf);
  order.all();
  const kfuncs = order.kfuncs();
  return [
    '#ifndef __VMLINUX_H__\n#define __VMLINUX_H__',
    pragma('push (__attribute__((preserve_access_index)), apply_to = record)'),
    ...order.texts,
    ...(kfuncs.length === 0 ? [] : [[KFUNC_WORDS, ...kfuncs, '#endif'].join('\n')]),
    pragma('pop'),
    '#endif\n',
  ].join('\n\n');
}

/** What declarations of kernel functions need; bpf_helpers.h says the same. */
const KFUNC_WORDS = `#ifndef BPF_NO_KFUNC_PROTOTYPES
#ifndef __ksym
#define __ksym __attribute__((section(".ksyms")))
#endif
#ifndef __weak
#define __weak __attribute__((weak))
#endif
`;

function pragma(words: string): string {
  return `#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n#pragma clang attribute ${words}\n#endif`;
}

/** Types within types that are followed. */
const LIMIT_NESTING = 256;

/** What is asked of a type: its name alone, behind a pointer, or all of it. */
interface Use {
  readonly isWhole: boolean;
  /** It stands in a list of parameters: a struct that is named there first is known nowhere else. */
  readonly isInParams: boolean;
}
const WHOLE: Use = { isWhole: true, isInParams: false };
const NAME: Use = { isWhole: false, isInParams: false };

class Order {
  readonly texts: string[] = [];
  private readonly btf: Btf;
  private readonly names: CNames;
  private readonly writer: CWriter;
  /** Uses of types that have been followed: functions may take functions so that the ways through them are without number. */
  private readonly followed = new Set<number>();
  /** Structs and typedefs that have been followed, and types whose definition stands. */
  private readonly done = new Set<number>();
  private readonly written = new Set<number>();
  private readonly forwards = new Set<string>();
  private nesting = 0;

  constructor(btf: Btf) {
    this.btf = btf;
    this.names = new CNames(btf);
    this.writer = new CWriter(btf, this.names);
  }

  /** All types, in the order of their ids. */
  all(): void {
    const used = usedIds(this.btf);
    for (let id = 1; id < this.btf.count; id++) {
      const type = this.btf.type(id);
      if (type.kind === 'enum' && type.name === '' && used[id] === 0) this.define(id);
      else if (isTopLevel(type)) this.use(id, WHOLE);
    }
  }

  /** One type that is asked for by name. */
  root(id: number): void {
    const type = this.btf.type(id);
    this.use(id, WHOLE);
    const isBare = 'name' in type && type.name === '' && (isStruct(type) || type.kind === 'enum');
    if (isBare || type.kind === 'func' || type.kind === 'var') this.define(id);
    if (type.kind === 'datasec') for (const variable of type.vars) this.root(variable.type);
  }

  /** Declarations of the kernel functions that programs may call; types that they need come first. */
  kfuncs(): string[] {
    return this.btf.ids('func').flatMap((id) => {
      if (!declTags(this.btf, id, -1).includes('bpf_kfunc')) return [];
      this.use(id, NAME);
      return [`extern ${this.writer.definition(id).replace(/;$/, '')} __weak __ksym;`];
    });
  }

  private use(id: number, use: Use): void {
    const key = 4 * id + 2 * Number(use.isWhole) + Number(use.isInParams);
    if (this.nesting > LIMIT_NESTING || this.followed.has(key)) return;
    this.followed.add(key);
    this.nesting += 1;
    this.follow(id, use);
    this.nesting -= 1;
  }

  private follow(id: number, use: Use): void {
    const type = this.btf.type(id);
    switch (type.kind) {
      case 'int':
      case 'float':
        if (!isWord(type)) this.define(id);
        break;
      case 'ptr':
        this.use(type.type, { ...use, isWhole: false });
        break;
      case 'array':
        this.use(type.type, { ...use, isWhole: true });
        break;
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'type_tag':
      case 'var':
        this.use(type.type, use);
        break;
      case 'func':
        this.use(type.type, NAME);
        break;
      case 'func_proto':
        this.use(type.ret, { ...use, isWhole: false });
        for (const param of type.params) this.use(param.type, { isWhole: false, isInParams: true });
        break;
      case 'typedef':
        this.typedef(id, type, use);
        break;
      case 'enum':
        if (type.name !== '') this.define(id);
        break;
      case 'fwd':
        if (use.isWhole || use.isInParams) this.forward(id);
        break;
      case 'struct':
      case 'union':
        this.struct(id, type, use);
        break;
      default:
    }
  }

  private typedef(id: number, type: Extract<BtfRecord, { kind: 'typedef' }>, use: Use): void {
    if (!this.done.has(id)) {
      this.done.add(id);
      this.use(type.type, NAME);
      this.define(id);
    }
    if (use.isWhole) this.use(type.type, WHOLE);
  }

  private struct(id: number, type: Extract<BtfRecord, { kind: 'struct' | 'union' }>, use: Use): void {
    if (type.name !== '' && !use.isWhole) {
      if (use.isInParams) this.forward(id);
      return;
    }
    if (this.done.has(id)) return;
    this.done.add(id);
    for (const member of type.members) this.use(member.type, WHOLE);
    if (type.name !== '') this.define(id);
  }

  private forward(id: number): void {
    const text = this.writer.forward(id);
    if (this.forwards.has(text) || this.written.has(id)) return;
    this.forwards.add(text);
    this.texts.push(text);
  }

  private define(id: number): void {
    if (this.written.has(id)) return;
    this.written.add(id);
    const text = this.writer.definition(id);
    if (text !== '') this.texts.push(text);
  }
}

function isTopLevel(type: BtfRecord): boolean {
  if (isStruct(type) || type.kind === 'enum') return type.name !== '';
  return type.kind === 'typedef' || type.kind === 'fwd';
}

/** 1 for each id that another type names. */
function usedIds(btf: Btf): Uint8Array {
  const used = new Uint8Array(btf.count);
  for (let id = 1; id < btf.count; id++) {
    const type = btf.type(id);
    if ('type' in type) used[type.type] = 1;
    if ('members' in type) for (const member of type.members) used[member.type] = 1;
    if ('params' in type) for (const param of type.params) used[param.type] = 1;
    if ('vars' in type) for (const variable of type.vars) used[variable.type] = 1;
    if ('ret' in type) used[type.ret] = 1;
  }
  return used;
}
