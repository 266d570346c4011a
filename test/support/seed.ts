// Random numbers for tests: always from a seed that the test prints.

/** Where a random test begins: TEST_SEED from the environment, else `otherwise`. The test says it in its title or message. */
export function seedOf(otherwise: number): number {
  return Number(process.env['TEST_SEED'] ?? otherwise) >>> 0;
}

/** A generator; the same seed gives the same numbers (mulberry32). */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  u32(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  u64(): bigint {
    return (BigInt(this.u32()) << 32n) | BigInt(this.u32());
  }

  /** A whole number from 0 to below - 1. */
  below(below: number): number {
    return this.u32() % below;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}
