// Formats of bpf_snprintf: which the kernel takes. @see kernel/bpf/helpers.c bpf_bprintf_prepare

const isSpace = (char: string): boolean => /[\t\n\v\f\r ]/.test(char);
const isPunct = (char: string): boolean => /[!-/:-@[-`{-~]/.test(char);
/** A conversion may end here. */
const isEnd = (char: string): boolean => char === '' || isSpace(char) || isPunct(char);

/** What stands behind a %, as far as one conversion goes, from where the flags and the width end; undefined where it is none. */
function conversion(text: string): number | undefined {
  if (text.startsWith('p')) return pointer(text);
  if (text.startsWith('s')) return isEnd(text.charAt(1)) ? 1 : undefined;
  if (text.startsWith('c')) return 1;
  return /^l{0,2}[iduxX]/.exec(text)?.[0].length;
}

/** %p and its kin: `p`, `pks`, `pus`, `pK`, `px`, `ps`, `pS`, `pB`, `pI4`, `pi6`. */
function pointer(text: string): number | undefined {
  if (isEnd(text.charAt(1))) return 1;
  if (/^p[ku]s/.test(text)) return isEnd(text.charAt(3)) ? 3 : undefined;
  if (/^p[KxsSB]/.test(text)) return 2;
  return /^p[iI][46]/.test(text) ? 3 : undefined;
}

/** True when the format is one, and asks for at most `args` values. */
export function isFormat(format: Uint8Array, args: number): boolean {
  if (format.some((byte) => byte > 126 || (byte < 32 && !isSpace(String.fromCharCode(byte))))) return false;
  const text = Array.from(format, (byte) => String.fromCharCode(byte)).join('');
  let taken = 0;
  for (let at = text.indexOf('%'); at >= 0; at = text.indexOf('%', at)) {
    if (text.charAt(at + 1) === '%') {
      at += 2;
      continue;
    }
    if (taken === args) return false;
    taken += 1;
    at += 1 + /^[0+\- ]*([1-9][0-9]*)?/.exec(text.slice(at + 1))![0].length; // matches the empty text at least
    const length = conversion(text.slice(at));
    if (length === undefined) return false;
    at += length;
  }
  return true;
}
