// The helpers' rows, made ready for the checks: what depends on the program's type is settled, words are taken apart.
import { argRow, argsFor, type ArgRow, type HelperArg } from '../../helpers/args.ts';
import { helperRow, type HelperName, type HelperRow } from '../../helpers/table.ts';
import type { ProgTypeName } from '../../kernel/prog-types.ts';
import type { CalleeAccess } from '../memory/access.ts';
import { ACCEPTED, type AcceptedType } from './arg-types.ts';

/** An argument of a helper. */
export interface ProtoArg {
  readonly reg: number;
  readonly word: HelperArg;
  readonly row: ArgRow;
  /** What stands behind the word's colon. */
  readonly detail: string | undefined;
  /** Types that are taken; undefined where any is. */
  readonly types: readonly AcceptedType[] | undefined;
  readonly orNull: boolean;
  /** The callee only reads: memory that must not be written is taken too. */
  readonly isReadonly: boolean;
  /** Its reference is given back. */
  readonly isRelease: boolean;
  /** What the callee does with the memory: its own, or of a size that before it. */
  readonly access: CalleeAccess;
}

/** A helper as programs of some type call it. */
export interface HelperProto {
  readonly name: HelperName;
  readonly row: HelperRow;
  readonly args: readonly ProtoArg[];
}

const CACHE = new Map<string, HelperProto>();

/** The helper for programs of a type; the same object each time. */
export function protoOf(name: HelperName, type: ProgTypeName): HelperProto {
  const row = helperRow(name);
  const key = row.argsIn === undefined ? name : `${name} in ${type}`;
  const known = CACHE.get(key);
  if (known !== undefined) return known;
  const args = argsFor(row, type);
  const proto = {
    name,
    row,
    args: args.map((word, i) => protoArg(word, i + 1, row.releases === i + 1, args[i - 1])),
  };
  CACHE.set(key, proto);
  return proto;
}

function protoArg(word: HelperArg, reg: number, isRelease: boolean, before: HelperArg | undefined): ProtoArg {
  const { row, detail } = argRow(word);
  return {
    reg,
    word,
    row,
    detail,
    types: word.startsWith('ptr_to_btf_id_sock_common') ? ACCEPTED.btf_sock_common : ACCEPTED[row.kind],
    orNull: row.orNull === true,
    isReadonly: row.kind === 'mem' && row.access === undefined,
    isRelease,
    access:
      row.kind === 'size' && before !== undefined
        ? { ...accessOf(argRow(before).row), mayBeEmpty: row.orZero === true }
        : accessOf(row),
  };
}

function accessOf({ access, bytes, uninit }: ArgRow): CalleeAccess {
  return {
    access: access ?? 'read',
    isUninit: uninit === true,
    isAligned: bytes !== undefined && access !== undefined,
  };
}
