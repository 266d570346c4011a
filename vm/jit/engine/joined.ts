// Which programs must stand in one module: those that name each other in direct jumps. All others meet in the table, at the same speed.
import type { KernelProg } from '../../kernel/prog.ts';

/** `seeds`, and of `among` all that is connected with them by direct jumps, in either direction. `jumpsOf` tells what a program names. */
export function joinedWith(
  seeds: Iterable<KernelProg>,
  among: ReadonlySet<KernelProg>,
  jumpsOf: (prog: KernelProg) => Iterable<KernelProg>,
): ReadonlySet<KernelProg> {
  const neighbours = new Map<KernelProg, KernelProg[]>([...among].map((prog) => [prog, []]));
  for (const [prog, list] of neighbours) {
    for (const to of jumpsOf(prog)) {
      list.push(to);
      neighbours.get(to)?.push(prog);
    }
  }
  const joined = new Set(seeds);
  for (const prog of joined) for (const near of neighbours.get(prog) ?? []) joined.add(near); // a Set that grows is walked to its end
  return joined;
}
