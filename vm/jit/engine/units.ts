// Programs translated, each once: its unit is good for as many modules as it takes part in, as long as the slots that it asked for hold what they held. And
// those that cannot be compiled, with the reason.
import type { KernelProg } from '../../kernel/prog.ts';
import type { LinearMemory } from '../../memory/linear.ts';
import type { TranslateOptions } from '../translate/translate.ts';
import { SiteTable, type ProgUnit } from '../unit.ts';
import { isTooLarge } from '../wasm/limits.ts';
import type { Part } from './linked-module.ts';

/** What translating takes. */
export interface UnitsWorld {
  readonly memory: LinearMemory;
  readonly progs: { byId(id: number): KernelProg | undefined };
  readonly sites: SiteTable;
  readonly cpus: number;
  translate(prog: KernelProg, options: TranslateOptions): ProgUnit;
}

/** A unit, and what slots it was made for: the programs that could be named then. */
interface Translated {
  readonly unit: ProgUnit;
  readonly asked: ReadonlyMap<number, KernelProg | undefined>;
}

/** The units of one machine. */
export class Units {
  private readonly world: UnitsWorld;
  private readonly known = new Map<KernelProg, Translated>();
  private readonly refused = new Map<KernelProg, string>();

  constructor(world: UnitsWorld) {
    this.world = world;
  }

  /** How many programs are translated. */
  get size(): number {
    return this.known.size;
  }

  all(): readonly ProgUnit[] {
    return [...this.known.values()].map(({ unit }) => unit);
  }

  /** The program as it would be compiled now beside `group`, without taking part in anything: as long as a look at it lasts. */
  draftOf(prog: KernelProg, group: ReadonlySet<KernelProg>): ProgUnit | string {
    const known = this.known.get(prog);
    if (known !== undefined) return known.unit;
    const made =
      this.refused.get(prog) ?? this.translated(prog, (slotAt) => this.named(slotAt, group), new SiteTable());
    return typeof made === 'string' ? made : made.unit;
  }

  /** Whether a program that is translated would now jump straight to others, in a module that holds `group`. */
  isStale(prog: KernelProg, group: ReadonlySet<KernelProg>): boolean {
    for (const [slotAt, held] of this.known.get(prog)?.asked ?? [])
      if (this.named(slotAt, group) !== held) return true;
    return false;
  }

  /** What a program that is translated jumps straight to. */
  jumpsOf(prog: KernelProg): readonly KernelProg[] {
    return (this.known.get(prog)?.unit.jumps ?? []).map((jump) => jump.prog);
  }

  /** A program for a module that holds `group`: slots may name those straight. */
  partOf(prog: KernelProg, group: ReadonlySet<KernelProg>): Part {
    if (this.refused.has(prog)) return { interpreted: prog };
    const inSlot = (slotAt: number): KernelProg | undefined => this.named(slotAt, group);
    const known = this.known.get(prog);
    if (known !== undefined && !this.isStale(prog, group)) return known;
    this.release(prog);
    const made = this.translated(prog, inSlot, this.world.sites);
    if (typeof made !== 'string') {
      this.known.set(prog, made);
      return made;
    }
    this.refused.set(prog, made);
    return { interpreted: prog };
  }

  /** The program in a slot, where it may be named straight. */
  private named(slotAt: number, group: ReadonlySet<KernelProg>): KernelProg | undefined {
    const held = this.world.progs.byId(this.world.memory.view.getUint32(slotAt, true));
    return held !== undefined && group.has(held) ? held : undefined;
  }

  /** The interpreter runs the program from now on; why. */
  refuse(prog: KernelProg, why: string): void {
    this.release(prog);
    this.refused.set(prog, why);
  }

  /** Why the interpreter runs a program; undefined where it is compiled, or was not asked for yet. */
  whyNot(prog: KernelProg): string | undefined {
    return this.refused.get(prog);
  }

  /** Forgets the programs that are not there any more. */
  keep(isThere: (prog: KernelProg) => boolean): void {
    for (const prog of this.known.keys()) if (!isThere(prog)) this.release(prog);
    for (const prog of this.refused.keys()) if (!isThere(prog)) this.refused.delete(prog);
  }

  /** Lets go of the unit of a program, and of its numbers of sites: no code of it may run any more. */
  private release(prog: KernelProg): void {
    this.world.sites.release(this.known.get(prog)?.unit.sites ?? []);
    this.known.delete(prog);
  }

  /** A program translated, or why it cannot be. */
  private translated(
    prog: KernelProg,
    inSlot: (slotAt: number) => KernelProg | undefined,
    sites: SiteTable,
  ): Translated | string {
    const { world } = this;
    const { cpus } = world;
    const asked = new Map<number, KernelProg | undefined>();
    const ask = (slotAt: number): KernelProg | undefined => {
      const held = inSlot(slotAt);
      asked.set(slotAt, held);
      return held;
    };
    const mode = prog.known === undefined ? 'checked' : 'verified';
    try {
      const unit = world.translate(prog, { mode, cpus, sites, inSlot: ask });
      if (!unit.functions.some(isTooLarge)) return { unit, asked };
      sites.release(unit.sites);
      return 'its code is larger than hosts take';
    } catch (error) {
      return `it cannot be translated, a bug of the JIT: ${String(error)}`;
    }
  }
}
