// What `inspect --json` prints.
import { declaration, globalVariables, type ObjectFile, type ObjectFunc } from '../../vm/index.ts';
import type { Inspected } from '../library/inspect-program.ts';
import type { ProgramSource } from '../library/programs.ts';

const SLOT_BYTES = 8;

/** All that is known of a program, as one document. `file` is that of an object. */
export function inspectResult(
  { path, name }: ProgramSource,
  file: ObjectFile | undefined,
  { opened, linkProblem, attachments, loadProblem }: Inspected,
): unknown {
  const spec = opened?.spec;
  const holder = file ?? spec;
  const progs = file?.progs ?? spec?.progs ?? [];
  return {
    name,
    path,
    kernel: opened?.kernel.name ?? null,
    license: holder?.license ?? '',
    version: holder?.version ?? null,
    problems: [linkProblem, loadProblem].filter((problem) => problem !== undefined),
    sections: file?.sections ?? [],
    maps: (holder?.maps ?? []).map(({ data, ...map }) => Object.assign(map, { data: hexOf(data) })),
    assumed: opened?.object?.assumed ?? [],
    variables: variablesResult(file),
    slots: holder?.slots ?? [],
    inners: (holder?.inners ?? []).map(({ map, key, inner }) => ({ map, key: hexOf(key), inner })),
    progs: progs.map((prog) => {
      const attachment = attachments.get(prog.name);
      const linked = spec?.progs.find((one) => one.name === prog.name);
      return {
        name: prog.name,
        section: prog.section,
        type: linked?.type ?? null,
        insns: (linked ?? prog).insns.length / SLOT_BYTES,
        hooks: attachment?.hooks ?? [],
        idle: attachment?.idle ?? null,
        refused: attachment?.refused ?? null,
        relocs: 'coreRelos' in prog ? prog.relocs : [],
        core: (opened?.object?.core.get(prog.name) ?? []).map(({ relo, asked, found, value, why }) => ({
          pc: relo.pc,
          kind: relo.kind,
          asked,
          found: found ?? null,
          value: value === undefined ? null : String(value),
          why: why ?? null,
        })),
      };
    }),
    subprogs: (file?.subprogs ?? []).map((func) => funcResult(func)),
    externs: file?.externs ?? [],
    structOps: file?.structOps ?? [],
    types: file?.types === undefined ? 0 : file.types.count - 1,
  };
}

/** What --set can set. */
function variablesResult(file: ObjectFile | undefined): unknown[] {
  const { types } = file ?? {};
  if (file === undefined || types === undefined) return [];
  return globalVariables(file).map(({ type, ...place }) =>
    Object.assign(place, { type: declaration(types, type) }),
  );
}

function funcResult({ name, section, offset, linkage, insns, relocs }: ObjectFunc): unknown {
  return { name, section, offset, linkage, insns: insns.length / SLOT_BYTES, relocs };
}

function hexOf(bytes: Uint8Array | undefined): string | null {
  return bytes === undefined ? null : Buffer.from(bytes).toString('hex');
}
