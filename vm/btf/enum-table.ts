// Enums as tables: their values as words, in order.

/** An enum. */
export interface EnumTable {
  /** Default 4. */
  readonly bytes?: 1 | 2 | 4 | 8;
  /** What every name begins with. */
  readonly prefix?: string;
  /** Names, each worth one more than the one before it, from 0; 'NAME=7' and 'NAME=-1' are worth that; '!NAME' begins with nothing else. */
  readonly values: string;
}

export interface EnumValue {
  readonly name: string;
  readonly value: bigint;
}

/** The values of an enum. Throws RangeError for a word that is none. */
export function enumValues({ prefix = '', values }: EnumTable): EnumValue[] {
  let next = 0n;
  return values.split(/\s+/).map((word) => {
    const [, bare, name, given] = /^(!?)(\w+)(?:=(-?\d+))?$/.exec(word) ?? [];
    if (name === undefined) throw new RangeError(`no value of an enum: ${word}`);
    const value =
      given === undefined ? next : BigInt(given.replace('-', '')) * (given.startsWith('-') ? -1n : 1n);
    next = value + 1n;
    return { name: bare === '!' ? name : prefix + name, value };
  });
}
