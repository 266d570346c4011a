// Lists of descriptors as recorders print them: `[3, 4]`, `[3<pipe:[12]>, 4<UNIX-STREAM:[13->14,"/run/x"]>]`.

/** A descriptor and what was said of it; '' nothing. */
export interface ListedDescriptor {
  readonly fd: number;
  readonly note: string;
}

const NUMBER = /^\s*(\d+)/;
const DELETED = '(deleted)';

/** The descriptors of a list; as many as can be read. */
export function listedDescriptors(text: string): ListedDescriptor[] {
  const found: ListedDescriptor[] = [];
  let rest = text.startsWith('[') ? text.slice(1) : text;
  for (;;) {
    const number = NUMBER.exec(rest);
    if (number === null) return found;
    rest = rest.slice(number[0].length);
    const note = rest.startsWith('<') ? noteAt(rest) : '';
    if (note === undefined) return found;
    found.push({ fd: Number(number[1]), note });
    if (note !== '') rest = rest.slice(note.length + 2);
    if (rest.startsWith(DELETED)) rest = rest.slice(DELETED.length);
    if (!rest.startsWith(',')) return found;
    rest = rest.slice(1);
  }
}

/** The note that starts at `<`: up to the `>` that closes it, before a comma or the end of the list. Arrows `->` close nothing. */
function noteAt(text: string): string | undefined {
  for (let end = text.indexOf('>'); end >= 0; end = text.indexOf('>', end + 1)) {
    if (text[end - 1] === '-') continue;
    const after = text.slice(end + 1);
    if (/^(?:\(deleted\))?(?:, \d|\]|$)/.test(after)) return text.slice(1, end);
  }
  return undefined;
}
