// A stream of bytes that several readers read one after another, each from where the one before stopped to understand.

/** Bytes that can be given back. */
export class Resumable {
  readonly #input: AsyncIterator<Uint8Array>;
  /** The piece under way: a reader may leave while it waits for one, and the next reader gets it. */
  #coming: Promise<IteratorResult<Uint8Array>> | undefined = undefined;
  /** What the reader was given and may not have used, and how many bytes it was given in all. */
  #given: Uint8Array[] = [];
  #givenBytes = 0;
  #back: Uint8Array = new Uint8Array(0);
  #reader = 0;

  constructor(input: AsyncIterable<Uint8Array>) {
    this.#input = input[Symbol.asyncIterator]();
  }

  /** What is left, for a new reader; readers before it get nothing more. */
  async *read(): AsyncGenerator<Uint8Array> {
    const reader = ++this.#reader;
    const back = this.#back;
    this.#given = [back];
    this.#givenBytes = back.length;
    this.#back = new Uint8Array(0);
    if (back.length > 0) yield back;
    while (reader === this.#reader) {
      const next = await (this.#coming ??= this.#input.next());
      if (reader !== this.#reader) return;
      this.#coming = undefined;
      if (next.done === true) return;
      this.#given.push(next.value);
      this.#givenBytes += next.value.length;
      yield next.value;
    }
  }

  /** The reader has used the first `usedBytes` of what it was given; they need not be kept. */
  used(usedBytes: number): void {
    let keptBytes = this.#given.reduce((sum, piece) => sum + piece.length, 0);
    const unusedBytes = this.#givenBytes - usedBytes;
    while (this.#given.length > 0 && keptBytes - this.#given[0]!.length >= unusedBytes)
      keptBytes -= this.#given.shift()!.length;
  }

  /** Whether something was given back. */
  get hasRest(): boolean {
    return this.#back.length > 0;
  }

  /** The reader leaves: what it has not used is for the next one. */
  giveBack(usedBytes: number): void {
    this.#reader++;
    const kept = Buffer.concat(this.#given);
    this.#back = kept.subarray(kept.length - (this.#givenBytes - usedBytes));
  }

  /** Ends the source. */
  async end(): Promise<void> {
    this.#reader++;
    await this.#input.return?.();
  }
}
