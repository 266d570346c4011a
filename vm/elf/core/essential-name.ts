// Flavours: a program names a struct task_struct___old, and means any task_struct.

/** A name without its flavour: 'task_struct___old' is 'task_struct'. @see tools/lib/bpf/libbpf.c bpf_core_essential_name_len */
export function essentialName(name: string): string {
  if (!name.includes('___')) return name;
  for (let i = name.length - 5; i >= 0; i--) if (isSeparated(name, i)) return name.slice(0, i + 1);
  return name;
}

/** Three underscores behind the character at `i`, and no fourth before or after them. */
function isSeparated(name: string, i: number): boolean {
  return name[i] !== '_' && name.startsWith('___', i + 1) && name[i + 4] !== '_';
}
