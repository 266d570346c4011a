// Calls that have entered and will return: a heap by time of return, then by place in the source.

/** A copy of all entries, in heap order. */
export interface PendingState {
  readonly timeNs: Float64Array;
  readonly place: Float64Array;
  readonly tid: Int32Array;
}

/** Up to this many entries are looked through faster than a set is kept. */
const FEW = 24;

/** Waiting returns. A thread has at most one: it cannot enter a call while it is in another. */
export class PendingExits {
  #timeNs = new Float64Array(64);
  /** Where the record is, see PLACE_ROWS. */
  #place = new Float64Array(64);
  #tid = new Int32Array(64);
  #size = 0;
  /** Threads of all entries, where there are more than FEW. */
  #threads: Set<number> | undefined = undefined;

  get size(): number {
    return this.#size;
  }

  /** Time of the earliest; Infinity when there is none. */
  get firstNs(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#timeNs[0]!;
  }

  has(tid: number): boolean {
    return this.#threads === undefined ? this.#indexOf(tid) >= 0 : this.#threads.has(tid);
  }

  push(timeNs: number, place: number, tid: number): void {
    if (this.#size === this.#timeNs.length) this.#grow();
    this.#rise(this.#size++, timeNs, place, tid);
    if (this.#threads !== undefined) this.#threads.add(tid);
    else if (this.#size > FEW) this.#threads = new Set(this.#tid.subarray(0, this.#size));
  }

  /** Takes the earliest out and says where it is. There must be one. */
  pop(): number {
    return this.#remove(0);
  }

  /** Takes the one of a thread out and says where it is. There must be one. */
  popThread(tid: number): number {
    return this.#remove(this.#indexOf(tid));
  }

  /** Places of all entries, in no useful order. */
  places(): Float64Array {
    return this.#place.subarray(0, this.#size);
  }

  save(): PendingState {
    return {
      timeNs: this.#timeNs.slice(0, this.#size),
      place: this.#place.slice(0, this.#size),
      tid: this.#tid.slice(0, this.#size),
    };
  }

  restore({ timeNs, place, tid }: PendingState): void {
    while (this.#timeNs.length < timeNs.length) this.#grow();
    this.#timeNs.set(timeNs);
    this.#place.set(place);
    this.#tid.set(tid);
    this.#size = timeNs.length;
    this.#threads = tid.length > FEW ? new Set(tid) : undefined;
  }

  #indexOf(tid: number): number {
    const tids = this.#tid;
    let at = this.#size - 1;
    while (at >= 0 && tids[at] !== tid) at--;
    return at;
  }

  #remove(at: number): number {
    const place = this.#place[at]!;
    const last = --this.#size;
    if (this.#threads !== undefined) {
      if (last === 0) this.#threads = undefined;
      else this.#threads.delete(this.#tid[at]!);
    }
    if (at === last) return place;
    const timeNs = this.#timeNs[last]!;
    const moved = this.#place[last]!;
    const tid = this.#tid[last]!;
    if (at > 0 && this.#isBefore(timeNs, moved, (at - 1) >> 1)) this.#rise(at, timeNs, moved, tid);
    else this.#sink(at, timeNs, moved, tid);
    return place;
  }

  /** Whether an entry comes before the one at `at`. */
  #isBefore(timeNs: number, place: number, at: number): boolean {
    const other = this.#timeNs[at]!;
    return timeNs < other || (timeNs === other && place < this.#place[at]!);
  }

  #rise(from: number, timeNs: number, place: number, tid: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(timeNs, place, parent)) break;
      this.#copy(parent, at);
      at = parent;
    }
    this.#set(at, timeNs, place, tid);
  }

  #sink(from: number, timeNs: number, place: number, tid: number): void {
    let at = from;
    for (let child = 2 * at + 1; child < this.#size; child = 2 * at + 1) {
      if (child + 1 < this.#size && this.#isBefore(this.#timeNs[child + 1]!, this.#place[child + 1]!, child))
        child++;
      if (this.#isBefore(timeNs, place, child)) break;
      this.#copy(child, at);
      at = child;
    }
    this.#set(at, timeNs, place, tid);
  }

  #copy(from: number, to: number): void {
    this.#set(to, this.#timeNs[from]!, this.#place[from]!, this.#tid[from]!);
  }

  #set(at: number, timeNs: number, place: number, tid: number): void {
    this.#timeNs[at] = timeNs;
    this.#place[at] = place;
    this.#tid[at] = tid;
  }

  #grow(): void {
    const { timeNs, place, tid } = this.save();
    const length = this.#timeNs.length * 2;
    this.#timeNs = new Float64Array(length);
    this.#place = new Float64Array(length);
    this.#tid = new Int32Array(length);
    this.#timeNs.set(timeNs);
    this.#place.set(place);
    this.#tid.set(tid);
  }
}
