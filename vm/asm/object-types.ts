// How `.object` is read: types of the objects that programs make with bpf_obj_new. A compiler says them in BTF.
import type { ObjectType, ValueField } from '../object.ts';
import { readWord } from './directives.ts';
import { refuse, type Place } from './errors.ts';
import { readFields } from './map-directive.ts';
import { didYouMean } from './suggest.ts';
import type { TokenCursor } from './token-cursor.ts';

const KEYS = ['id', 'bytes', 'fields'];
/** Of ids and sizes. */
const MAX = 0xffff_ffffn;

/** The types of an object text: all of its programs have them. */
export class ObjectTypes {
  readonly types: ObjectType[] = [];
  private readonly lines = new Map<string, number>();

  /** Reads `node id=2 bytes=40 fields=list_node@0,refcount@24`; `fields` may be missing. Throws AsmError, also for a name or id that is taken. */
  read(place: Place, cursor: TokenCursor): void {
    const name = readWord(cursor, 'a name');
    const seen = new Set<string>();
    const numbers = new Map<string, number>();
    let fields: readonly ValueField[] | undefined;
    while (!cursor.done) {
      const key = readWord(cursor, 'id=, bytes= or fields=');
      if (!KEYS.includes(key.text)) {
        refuse(key, 'bad-key', ['.object', key.text], didYouMean(key.text, KEYS));
      }
      if (seen.has(key.text)) refuse(key, 'key-twice', ['.object', key.text]);
      seen.add(key.text);
      cursor.expect('=');
      if (key.text === 'fields') fields = readFields(cursor);
      else numbers.set(key.text, readNumber(key.text, cursor));
    }
    const need = (key: string): number => numbers.get(key) ?? refuse(place, 'missing-key', ['.object', key]);
    const [id, bytes] = [need('id'), need('bytes')];
    this.demandNew(name, name.text);
    this.demandNew(name, `with id ${id}`);
    this.types.push({ id, name: name.text, bytes, ...(fields === undefined ? {} : { fields }) });
  }

  private demandNew(place: Place, what: string): void {
    const earlier = this.lines.get(what);
    if (earlier !== undefined) refuse(place, 'duplicate-name', ['object', what, earlier]);
    this.lines.set(what, place.line);
  }
}

function readNumber(key: string, cursor: TokenCursor): number {
  const place = cursor.peek();
  const value = cursor.expression();
  if (value < 1n || value > MAX) refuse(place, 'key-range', [key, value, 1, Number(MAX)]);
  return Number(value);
}
