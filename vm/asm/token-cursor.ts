// Walks the tokens of one statement: look, take, demand. Constant expressions are read here too.
import { refuse } from './errors.ts';
import { didYouMean, symbolHint } from './suggest.ts';
import type { Statement, Token } from './tokens.ts';

/** Parentheses and signs inside of one another in a constant expression. */
const LIMIT_DEPTH = 100;

/** A position in the tokens of a statement. At the end it stands on an empty token placed behind the last one. */
export class TokenCursor {
  private readonly tokens: readonly Token[];
  private readonly constants: ReadonlyMap<string, bigint>;
  private readonly endToken: Token;
  private at = 0;

  constructor(statement: Statement, constants: ReadonlyMap<string, bigint>) {
    this.tokens = statement.tokens;
    this.constants = constants;
    const last = statement.tokens.at(-1);
    const column = last === undefined ? statement.column : last.column + last.text.length;
    const bytes = new Uint8Array(0);
    this.endToken = { kind: 'sign', text: '', value: 0n, bytes, line: statement.line, column, spaced: true };
  }

  peek(ahead = 0): Token {
    return this.tokens[this.at + ahead] ?? this.endToken;
  }

  /** The last token of the statement. */
  last(): Token {
    return this.tokens.at(-1) ?? this.endToken;
  }

  next(): Token {
    const token = this.peek();
    this.at++;
    return token;
  }

  get done(): boolean {
    return this.at >= this.tokens.length;
  }

  accept(text: string): boolean {
    if (this.peek().text !== text) return false;
    this.at++;
    return true;
  }

  expect(text: string): void {
    const token = this.peek();
    if (this.accept(text)) return;
    const hint = token.kind === 'word' ? didYouMean(token.text, [text]) : '';
    refuse(token, 'expected', [text, token.text], hint);
  }

  /** Demands that nothing is left. */
  end(): void {
    if (!this.done) refuse(this.peek(), 'trailing', [this.peek().text]);
  }

  /** Takes tokens up to `stop`, or all, as they were written. */
  rest(stop = ''): string {
    let text = '';
    while (!this.done && this.peek().text !== stop) {
      const token = this.next();
      text += (token.spaced && text !== '' ? ' ' : '') + token.text;
    }
    return text;
  }

  skipAll(): void {
    this.at = this.tokens.length;
  }

  isConstant(token: Token): boolean {
    return token.kind === 'word' && this.constants.has(token.text);
  }

  /** Sum of terms, each a number, a constant, or an expression in parentheses, with signs before them. */
  expression(depth = 0): bigint {
    let value = this.term(depth);
    while (this.peek().text === '+' || this.peek().text === '-') {
      value = this.next().text === '+' ? value + this.term(depth) : value - this.term(depth);
    }
    return value;
  }

  private term(depth: number): bigint {
    const token = this.next();
    if (depth > LIMIT_DEPTH) return refuse(token, 'too-deep', [LIMIT_DEPTH]);
    if (token.text === '-') return -this.term(depth + 1);
    if (token.text === '+') return this.term(depth + 1);
    if (token.text === '~') return ~this.term(depth + 1);
    if (token.text === '(') {
      const value = this.expression(depth + 1);
      this.expect(')');
      return value;
    }
    if (token.kind === 'number') return token.value;
    const constant = this.constants.get(token.text);
    if (constant !== undefined) return constant;
    if (token.kind === 'word') {
      return refuse(token, 'unknown-symbol', [token.text], symbolHint(token.text, this.constants.keys()));
    }
    return refuse(token, 'expected', ['a number', token.text]);
  }
}
