// Reads the statements of an object text: sections open programs, directives declare maps, slots and the licence.
// What clang -S prints besides the program (symbol types, debug lines, BTF) is read over.
import { loadAttributes, parseSection, SECTIONS, type Section } from '../kernel/prog-sections.ts';
import type { ObjectSpec, ProgSpec } from '../object.ts';
import { Body } from './body.ts';
import { dataHint, isDataSection, type DataSection } from './data-section.ts';
import { DIRECTIVES, isIgnored, readSlot, readWord, textOf, type SlotDraft } from './directives.ts';
import { problemAt, refuse, type ProblemList } from './errors.ts';
import { LEGACY_MAPS } from './legacy-maps.ts';
import { layOutAll, link, type LinkScope } from './link.ts';
import { readInner, readMap } from './map-directive.ts';
import { ObjectMaps } from './object-maps.ts';
import { ObjectTypes } from './object-types.ts';
import { parseInsn } from './parse-insn.ts';
import { fillSlots, type ProgDraft } from './slots.ts';
import { didYouMean } from './suggest.ts';
import { TokenCursor } from './token-cursor.ts';
import type { Statement, Token } from './tokens.ts';

const PROGRAM_HINT =
  'begin a program with a line such as .section "raw_tp/sys_enter", and a label as its name';

/** Where statements go at the moment. `ignored`: contents are of no interest; `btf-maps`: neither, but the names are. */
type Target =
  | { readonly kind: 'none' | 'text' | 'license' | 'ignored' | 'btf-maps' }
  | { readonly kind: 'data'; readonly data: DataSection }
  | { readonly kind: 'program'; readonly section: Section };

/** Takes the statements of a text, then gives the object. Problems are collected, none is thrown. */
export class ObjectReader {
  private readonly problems: ProblemList;
  /** Names that are called somewhere, or whose address is loaded: in .text they begin a function. */
  private readonly called: ReadonlySet<string>;
  private readonly constants = new Map<string, bigint>();
  private readonly maps = new ObjectMaps();
  private readonly objects = new ObjectTypes();
  private readonly programs: ProgDraft[] = [];
  private readonly programNames = new Map<string, Body>();
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
    this.called = new Set(statements.map(calleeOf));
    for (const statement of statements) problems.attempt(() => this.read(statement));
  }

  private read(statement: Statement): void {
    for (const label of statement.labels) this.problems.attempt(() => this.label(label));
    const first = statement.tokens[0];
    if (first === undefined) return;
    if (first.text.startsWith('.') && !this.isRawInsn(first)) {
      this.directive(first, statement);
      return;
    }
    const body = this.insnBody(first);
    const draft = parseInsn(statement, this.constants);
    body.add(draft);
  }

  /** Where insns are, `.quad` is one too. */
  private isRawInsn(first: Token): boolean {
    const { kind } = this.target;
    return (kind === 'program' || kind === 'text') && (first.text === '.quad' || first.text === '.8byte');
  }

  /** The body of the insn at hand. Says once for each section what is missing. */
  private insnBody(place: Token): Body {
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
    if (target.kind === 'data') target.data.label(token);
    if (target.kind === 'btf-maps') this.maps.inBtf.add(token.text);
    if (target.kind !== 'none' && target.kind !== 'text' && target.kind !== 'program') return;
    if (target.kind === 'none') {
      this.insnBody(token);
      return;
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
    const isProgram = target.kind === 'program';
    const named = isProgram ? this.programNames : this.functions;
    const earlier = named.get(body.name);
    if (isProgram) this.programs.push({ body, section: target.section });
    named.set(body.name, earlier ?? body);
    if (earlier === undefined) return;
    refuse(body.place, 'duplicate-name', [isProgram ? 'program' : 'function', body.name, earlier.place.line]);
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
      case '.data':
      case '.rodata':
      case '.bss':
        this.openData(first.text, first);
        break;
      case '.comm':
        this.maps.globals.common(first, cursor);
        break;
      case '.map':
        this.maps.add(readMap(first, cursor));
        break;
      case '.template':
        this.maps.addTemplate(readMap(first, cursor));
        break;
      case '.slot':
        this.slotDrafts.push(readSlot(cursor));
        break;
      case '.inner':
        this.maps.inners.push(readInner(cursor));
        break;
      case '.object':
        this.objects.read(first, cursor);
        break;
      case '.license':
        if (cursor.done) refuse(cursor.peek(), 'expected', ['a licence', ''], 'such as .license GPL');
        this.license = cursor.peek().kind === 'string' ? textOf(cursor.next()) : cursor.rest();
        break;
      case '.equ':
      case '.set': {
        const name = readWord(cursor, 'a name');
        cursor.expect(',');
        this.constants.set(name.text, cursor.expression());
        break;
      }
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
    if (target.kind === 'data' && target.data.directive(first, cursor)) return;
    if (target.kind === 'license' && cursor.peek().kind === 'string') {
      this.license += textOf(cursor.peek());
    } else if (target.kind !== 'ignored' && target.kind !== 'btf-maps' && !isIgnored(first.text)) {
      const known = dataHint(first.text, target.kind === 'data');
      const hint = known === '' ? didYouMean(first.text, DIRECTIVES) : known;
      refuse(first, 'unknown-directive', [first.text], hint);
    }
    cursor.skipAll();
  }

  private open(target: Target): void {
    this.target = target;
    this.body = undefined;
  }

  // .section "kprobe/9" and what clang writes behind it: ,"ax",@progbits
  private section(place: Token, cursor: TokenCursor): void {
    const name = cursor.peek().kind === 'string' ? textOf(cursor.next()) : cursor.rest(',');
    cursor.skipAll();
    this.open({ kind: name === '.maps' ? 'btf-maps' : 'ignored' });
    if (name === '.text') this.open({ kind: 'text' });
    else if (isDataSection(name) || name === LEGACY_MAPS) this.openData(name, place);
    else if (name === 'license') this.open({ kind: 'license' });
    else if (!name.startsWith('.') && name !== 'version') {
      this.body = new Body('', place); // a section that is refused takes its insns without a word
      const section = parseSection(name);
      if (section === 'unknown') {
        const prefix = name.replace(/\/.*/s, '');
        refuse(place, 'unknown-section', [name], didYouMean(prefix, Object.keys(SECTIONS)));
      }
      if ('noHook' in section) refuse(place, 'section-hook', [name, section.noHook]);
      this.open({ kind: 'program', section });
    }
  }

  private openData(name: string, place: Token): void {
    this.open({ kind: 'data', data: this.maps.globals.section(name, place) });
  }

  /** Links all programs. Problems go to the list; the result counts only when there is none. */
  finish(name: string, kernel: Pick<LinkScope, 'helpers' | 'kfuncs'>): ObjectSpec {
    const { problems } = this;
    const objects = this.objects.types;
    const maps = this.maps.declared(problems);
    const wrong = problems.problems.length > 0;
    const scope = {
      maps: new Map([...maps.keys()].map((map, index) => [map, index])),
      functions: this.functions,
      programs: new Set(this.programs.map((prog) => prog.body.name)),
      data: this.maps.globals.symbols,
      btfMaps: this.maps.inBtf,
      ...kernel,
    };
    const bodies = this.programs.map((prog) => prog.body);
    const layouts = layOutAll(bodies, scope);
    const progs = this.programs.map(({ body, section }, i): ProgSpec => {
      if (body.slots === 0 && !wrong) problems.add(problemAt(body.place, 'empty-program', [body.name]));
      const { name: sectionName, type } = section;
      const attributes = { ...loadAttributes(section), ...(objects.length === 0 ? {} : { objects }) };
      const linked = link(layouts[i]!, scope, problems);
      return { name: body.name, section: sectionName, type, ...attributes, ...linked };
    });
    if (progs.length === 0 && !wrong) {
      problems.add(problemAt({ line: 1, column: 1 }, 'no-program', [], PROGRAM_HINT));
    }
    const slots = fillSlots(this.slotDrafts, this.programs, [...maps.values()], problems);
    return { name, license: this.license, progs, slots, ...this.maps.specs(problems) };
  }
}

/** The name in `call name`, `r1 = name ll`, `r1 = func name ll`; '' in other statements. */
function calleeOf({ tokens }: Statement): string {
  const [first, second, third, fourth] = tokens.map(({ text }) => text);
  if (first?.startsWith('call') === true) return second ?? '';
  if (second !== '=' || tokens.at(-1)?.text !== 'll') return '';
  return (third === 'func' ? fourth : third) ?? '';
}
