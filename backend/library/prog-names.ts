// Programs of an object by name, several at once by a pattern, and those of which a tool would load one or the other.
import type { Attachment } from '../../vm/index.ts';

const PATTERN = /[*?]/;

/** Names with the patterns among them (`fentry_*`) replaced by what they match of `all`. What matches nothing stays, for whoever knows no such name. */
export function matchedNames(asked: readonly string[], all: readonly string[]): readonly string[] {
  const found = asked.flatMap((name) => {
    if (!PATTERN.test(name)) return [name];
    const matches = patternOf(name);
    const names = all.filter((each) => matches.test(each));
    return names.length === 0 ? [name] : names;
  });
  return [...new Set(found)];
}

/** Those of `asked` that are no patterns. */
export function plainNames(asked: readonly string[]): readonly string[] {
  return asked.filter((name) => !PATTERN.test(name));
}

function patternOf(text: string): RegExp {
  const escaped = text.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}

/** Programs at one function, some as kprobes and some as fentry or fexit. */
export interface Twins {
  readonly hook: string;
  readonly progs: readonly string[];
}

/** Functions that an object comes to in both ways: tools have both, load one, and count twice with both. */
export function twinsOf(attachments: readonly Attachment[]): readonly Twins[] {
  const byHook = new Map<string, Attachment[]>();
  for (const attachment of attachments) {
    const { hooks, prog, idle, refused } = attachment;
    if (idle !== undefined || refused !== undefined || !Object.hasOwn(WHEN, prefixOf(attachment))) continue;
    if (prog.spec.type !== 'kprobe' && prog.spec.type !== 'tracing') continue;
    for (const hook of hooks) byHook.set(hook, [...(byHook.get(hook) ?? []), attachment]);
  }
  return [...byHook].flatMap(([hook, at]) =>
    (['enter', 'exit'] as const).flatMap((when): Twins[] => {
      const there = at.filter((attachment) => WHEN[prefixOf(attachment)] === when);
      const types = new Set(there.map(({ prog }) => prog.spec.type));
      return types.size < 2 ? [] : [{ hook, progs: there.map(({ prog }) => prog.spec.name) }];
    }),
  );
}

const WHEN: Readonly<Record<string, 'enter' | 'exit'>> = {
  kprobe: 'enter',
  ksyscall: 'enter',
  fentry: 'enter',
  'fentry.s': 'enter',
  kretprobe: 'exit',
  kretsyscall: 'exit',
  fexit: 'exit',
  'fexit.s': 'exit',
};

function prefixOf({ prog }: Attachment): string {
  return prog.spec.section.replace(/^\?/, '').replace(/\/.*/s, '');
}
