// Reads the statements of an object text: sections open programs, directives declare maps, slots and the licence.
// What clang -S prints besides the program (symbol types, debug lines, BTF) is read over.
import { mapTypeRow, MAP_FLAGS, MAP_TYPES, type MapFlagName } from '../maps/types.ts';
import type { MapSpec, ObjectSpec, ProgSpec, SlotSpec } from '../object.ts';
import { problemAt, refuse, type Place, type ProblemList } from './errors.ts';
import { Body, link } from './link.ts';
import { parseInsn } from './parse-insn.ts';
import { parseSection, SECTIONS, type Section } from './sections.ts';
import { didYouMean } from './suggest.ts';
import { TokenCursor } from './token-cursor.ts';
import type { Statement, Token } from './tokens.ts';

/** Directives that say nothing a program needs. All of `.cfi_*` too. */
const IGNORED = new Set(
  '.globl .global .weak .hidden .size .p2align .align .balign .file .loc .ident .addrsig .addrsig_sym'.split(
    ' ',
  ),
);
/** Data directives: read over where data is, one raw slot (`.quad`) where insns are. */
const DATA = new Set(
  '.byte .short .2byte .long .4byte .quad .8byte .octa .uleb128 .sleb128 .zero .skip .ascii .asciz .string'.split(
    ' ',
  ),
);
const DIRECTIVES = [
  '.section',
  '.text',
  '.map',
  '.slot',
  '.license',
  '.equ',
  '.set',
  '.type',
  '.quad',
  ...IGNORED,
];
const PROGRAM_HINT =
  'begin a program with a line such as .section "raw_tp/sys_enter", and a label as its name';
const U32_MAX = 0xffff_ffff;

/** Where statements go at the moment. `data`: contents are of no interest. */
type Target =
  | { readonly kind: 'none' | 'text' | 'license' | 'data' }
  | { readonly kind: 'program'; readonly section: Section; readonly place: Place };

interface Named<T> {
  readonly value: T;
  readonly place: Place;
}
interface SlotDraft {
  readonly map: Token;
  readonly index: bigint;
  readonly prog: Token;
}

export class ObjectReader {
  private readonly problems: ProblemList;
  /** Names that are called somewhere: in .text they begin a function. */
  private readonly called: ReadonlySet<string>;
  private readonly constants = new Map<string, bigint>();
  private readonly maps = new Map<string, Named<MapSpec>>();
  private readonly programs: { readonly body: Body; readonly section: Section }[] = [];
  private readonly functions = new Map<string, Body>();
  /** Symbols that `.type NAME,@function` declares. */
  private readonly declared = new Set<string>();
  private readonly slotDrafts: SlotDraft[] = [];
  private license = '';
  private target: Target = { kind: 'none' };
  /** The program or function that insns go to; undefined until a label has named it. */
  private body: Body | undefined;

  constructor(statements: readonly Statement[], problems: ProblemList) {
    this.problems = problems;
    this.called = new Set(
      statements.flatMap(({ tokens: [first, second] }) =>
        first?.text.startsWith('call') ? [second?.text ?? ''] : [],
      ),
    );
    for (const statement of statements) problems.attempt(() => this.read(statement));
  }

  private read(statement: Statement): void {
    for (const label of statement.labels) this.problems.attempt(() => this.label(label));
    const first = statement.tokens[0];
    if (first === undefined) return;
    if (first.text.startsWith('.')) {
      this.directive(first, statement);
      return;
    }
    const body = this.insnBody(first);
    const draft = parseInsn(statement, this.constants);
    body?.add(draft);
  }

  /** The body of the insn at hand. Says once for each section what is missing. */
  private insnBody(place: Token): Body | undefined {
    const { target } = this;
    if (this.body !== undefined) return this.body;
    this.body = new Body('', place);
    if (target.kind === 'program') {
      const hint = 'put a label before its first insn, such as my_prog:';
      this.problems.add(problemAt(place, 'no-name', [target.section.name], hint));
    } else if (target.kind !== 'text') {
      this.problems.add(problemAt(place, 'no-section', [], PROGRAM_HINT));
    }
    return this.body;
  }

  private label(token: Token): void {
    const { target } = this;
    if (target.kind === 'license' || target.kind === 'data') return;
    if (target.kind === 'none') {
      if (this.body === undefined) this.body = new Body('', token); // the insn behind it says what is wrong
      refuse(token, 'no-section', [], PROGRAM_HINT);
    }
    const opens = this.body === undefined || this.declared.has(token.text);
    if (token.kind === 'word' && (opens || (target.kind === 'text' && this.called.has(token.text)))) {
      this.body = new Body(token.text, token);
      this.define(this.body, target);
    }
    if (this.body === undefined) refuse(token, 'expected', ['a name', token.text]);
    this.body.label(token);
  }

  private define(body: Body, target: Target): void {
    const earlier =
      this.programs.find((prog) => prog.body.name === body.name)?.body ?? this.functions.get(body.name);
    if (target.kind === 'program') this.programs.push({ body, section: target.section });
    else this.functions.set(body.name, body);
    if (earlier === undefined) return;
    refuse(body.place, 'duplicate-name', [
      earlier.name === '' ? 'label' : 'program',
      body.name,
      earlier.place.line,
    ]);
  }

  private directive(first: Token, statement: Statement): void {
    const cursor = new TokenCursor(statement, this.constants);
    cursor.next();
    switch (first.text) {
      case '.section':
        this.section(first, cursor);
        break;
      case '.text':
        this.open({ kind: 'text' });
        break;
      case '.map':
        this.map(first, cursor);
        break;
      case '.slot':
        this.slotDrafts.push({
          map: word(cursor, 'a map'),
          index: cursor.expression(),
          prog: word(cursor, 'a program'),
        });
        break;
      case '.license':
        this.license = cursor.peek().kind === 'string' ? ascii(cursor.next()) : cursor.rest();
        break;
      case '.equ':
      case '.set':
        this.constant(cursor);
        break;
      case '.type':
        if (statement.tokens.at(-1)?.text === 'function') this.declared.add(cursor.next().text);
        cursor.skipAll();
        break;
      default:
        this.otherDirective(first, cursor);
    }
    cursor.end();
  }

  private otherDirective(first: Token, cursor: TokenCursor): void {
    const { target } = this;
    const isData = DATA.has(first.text);
    if (
      (first.text === '.quad' || first.text === '.8byte') &&
      (target.kind === 'program' || target.kind === 'text')
    ) {
      const raw = cursor.expression();
      this.insnBody(first)?.add({ name: 'raw', fields: {}, raw, line: first.line, column: first.column });
      return;
    }
    if (isData && target.kind === 'license' && cursor.peek().kind === 'string') {
      this.license += ascii(cursor.peek());
    } else if (
      !IGNORED.has(first.text) &&
      !first.text.startsWith('.cfi_') &&
      !(isData && target.kind === 'data')
    ) {
      refuse(first, 'unknown-directive', [first.text], didYouMean(first.text, DIRECTIVES));
    }
    cursor.skipAll();
  }

  private open(target: Target): void {
    this.target = target;
    this.body = undefined;
  }

  // .section "kprobe/9" and what clang writes behind it: ,"ax",@progbits
  private section(place: Token, cursor: TokenCursor): void {
    const name = cursor.peek().kind === 'string' ? ascii(cursor.next()) : cursor.rest(',');
    cursor.skipAll();
    this.open({ kind: 'data' });
    if (name === '.text') this.open({ kind: 'text' });
    else if (name === 'license') this.open({ kind: 'license' });
    else if (!name.startsWith('.') && name !== 'version' && name !== 'maps') {
      const section = parseSection(name);
      if (section === 'unknown') {
        refuse(
          place,
          'unknown-section',
          [name],
          didYouMean(name.replace(/\/.*/s, ''), Object.keys(SECTIONS)),
        );
      } else if ('noHook' in section) {
        refuse(place, 'section-hook', [name, section.noHook]);
      } else {
        this.open({ kind: 'program', section, place });
      }
    }
  }

  // .map progs prog_array key=4 value=4 entries=1024 flags=0
  private map(place: Token, cursor: TokenCursor): void {
    const name = word(cursor, 'a name');
    const type = word(cursor, 'a map type');
    if (mapTypeRow(type.text) === undefined) {
      refuse(type, 'expected', ['a map type', type.text], didYouMean(type.text, Object.keys(MAP_TYPES)));
    }
    const values = new Map<string, number>();
    while (!cursor.done) {
      const key = word(cursor, 'key=, value=, entries= or flags=');
      if (!['key', 'value', 'entries', 'flags'].includes(key.text)) {
        refuse(
          key,
          'bad-key',
          ['.map', key.text],
          didYouMean(key.text, ['key', 'value', 'entries', 'flags']),
        );
      }
      cursor.expect('=');
      const at = cursor.peek();
      const value = key.text === 'flags' ? this.flags(cursor) : cursor.expression();
      if (value < 0n || value > U32_MAX) refuse(at, 'key-range', [key.text, value, 0, U32_MAX]);
      values.set(key.text, Number(value));
    }
    const need = (key: string): number => values.get(key) ?? refuse(place, 'missing-key', ['.map', key]);
    const earlier = this.maps.get(name.text);
    if (earlier !== undefined) refuse(name, 'duplicate-name', ['map', name.text, earlier.place.line]);
    const spec = {
      name: name.text,
      type: type.text,
      keySize: need('key'),
      valueSize: need('value'),
      maxEntries: need('entries'),
      flags: values.get('flags') ?? 0,
    };
    this.maps.set(name.text, { value: spec, place: name });
  }

  /** A number, or names of MAP_FLAGS, joined by |. */
  private flags(cursor: TokenCursor): bigint {
    let bits = 0n;
    do {
      const token = cursor.peek();
      if (token.kind === 'word' && !cursor.isConstant(token)) {
        cursor.next();
        if (!Object.hasOwn(MAP_FLAGS, token.text)) {
          refuse(
            token,
            'expected',
            ['a map flag', token.text],
            didYouMean(token.text, Object.keys(MAP_FLAGS)),
          );
        }
        bits |= BigInt(MAP_FLAGS[token.text as MapFlagName].bit); // hasOwn has just checked the name
      } else {
        bits |= cursor.expression();
      }
    } while (cursor.accept('|'));
    return bits;
  }

  // .equ SYS_write, 1
  private constant(cursor: TokenCursor): void {
    const name = word(cursor, 'a name');
    cursor.expect(',');
    this.constants.set(name.text, cursor.expression());
  }

  /** Links all programs. Problems go to the list; the result counts only when there is none. */
  finish(name: string, helpers: ReadonlyMap<string, number>): ObjectSpec {
    const { problems } = this;
    const scope = {
      maps: new Map([...this.maps.keys()].map((map, index) => [map, index])),
      functions: this.functions,
      programs: new Set(this.programs.map((prog) => prog.body.name)),
      helpers,
    };
    const progs = this.programs.map(({ body, section }): ProgSpec => {
      if (body.slots === 0) problems.add(problemAt(body.place, 'empty-program', [body.name]));
      return { name: body.name, section: section.name, type: section.type, ...link(body, scope, problems) };
    });
    if (progs.length === 0 && problems.problems.length === 0) {
      problems.add(problemAt({ line: 1, column: 1 }, 'no-program', [], PROGRAM_HINT));
    }
    const maps = [...this.maps.values()].map((map) => map.value);
    return { name, license: this.license, maps, progs, slots: this.slots() };
  }

  /** Slots of `.slot` lines, then those of sections with a number, in the last prog_array of the text (as in 2015). */
  private slots(): SlotSpec[] {
    const slots: SlotSpec[] = [];
    const lines = new Map<string, number>();
    const fill = (place: Place, map: string, index: bigint, prog: string): void => {
      const spec = this.maps.get(map)?.value;
      if (spec === undefined) refuse(place, 'unknown-map', [map], didYouMean(map, this.maps.keys()));
      if (spec.type !== 'prog_array') refuse(place, 'not-a-prog-array', [map, spec.type]);
      if (index < 0n || index >= BigInt(spec.maxEntries)) {
        refuse(place, 'slot-range', [index, spec.maxEntries]);
      }
      const earlier = lines.get(`${map} ${index}`);
      if (earlier !== undefined) refuse(place, 'slot-twice', [map, Number(index), earlier]);
      lines.set(`${map} ${index}`, place.line);
      slots.push({ map, index: Number(index), prog });
    };
    const names = this.programs.map((prog) => prog.body.name);
    for (const { map, index, prog } of this.slotDrafts) {
      this.problems.attempt(() => {
        if (!names.includes(prog.text)) {
          refuse(prog, 'unknown-program', [prog.text], didYouMean(prog.text, names));
        }
        fill(map, map.text, index, prog.text);
      });
    }
    const last = [...this.maps.values()].findLast((map) => map.value.type === 'prog_array');
    for (const { body, section } of this.programs) {
      const { slot } = section;
      if (slot === undefined) continue;
      this.problems.attempt(() => {
        if (last === undefined) refuse(body.place, 'no-prog-array', [section.name]);
        fill(body.place, last.value.name, BigInt(slot), body.name);
      });
    }
    return slots;
  }
}

function word(cursor: TokenCursor, what: string): Token {
  const token = cursor.next();
  return token.kind === 'word'
    ? token
    : refuse(token, 'expected', [what, token.text === '' ? 'the end of the line' : token.text]);
}

/** Text of a string token without a NUL at its end. */
function ascii(token: Token): string {
  return String.fromCharCode(...token.bytes).replace(/\0$/, '');
}
