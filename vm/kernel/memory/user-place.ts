// Where user memory that no recording holds would have been found, in words.

const ARGS = 6;
/** How far behind an argument memory is still taken to be what it points at. */
const REACH = 0x1_0000n;
/** Smaller numbers are no addresses: descriptors, sizes. */
const FIRST_PAGE_END = 4096n;

/** By the arguments of the call (six u64, little endian): the nearest one at or below the address. */
export function placeOfUser(address: bigint, args: Uint8Array | undefined): string {
  if (args === undefined) return 'user memory';
  const view = new DataView(args.buffer, args.byteOffset, args.byteLength);
  let nearest = -1;
  let least = REACH;
  for (let i = 0; i < ARGS; i++) {
    const arg = view.getBigUint64(8 * i, true);
    const behind = address - arg;
    if (arg < FIRST_PAGE_END || behind < 0n || behind >= least) continue;
    nearest = i;
    least = behind;
  }
  return nearest < 0 ? 'user memory' : `user memory behind args[${nearest}]`;
}
