// BTF for programs with functions: the kernel wants a type of each function that makes tail calls or is called back.

/** Id of the type of a static function `int f(void *)` in FUNC_BTF. */
export const FUNC_TYPE = 4;
/** The second word of a type in BTF. */
const kind = (number: number, vlen = 0): number => ((number << 24) | vlen) >>> 0;
/** A blob of BTF, in hex. */
export const FUNC_BTF = ((): string => {
  const names = '\0int\0ctx\0f\0';
  // 1 int, 2 void *, 3 int (void *), 4 f
  const types = [
    [1, kind(1), 4, kind(1, 32)],
    [0, kind(2), 0],
    [0, kind(13, 1), 1, 5, 2],
    [9, kind(12), 3],
  ];
  const body = Buffer.from(Uint32Array.from(types.flat()).buffer);
  const header = Uint32Array.of(0x0001_eb9f, 24, 0, body.length, body.length, names.length);
  return Buffer.concat([Buffer.from(header.buffer), body, Buffer.from(names)]).toString('hex');
})();
