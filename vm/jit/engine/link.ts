// Which programs are compiled, and together with which: those that run and all that they can jump to stand in the machine's table of programs by their ids, and
// those that jump straight to each other in one module. When slots change, programs that are new get a module of their own at once, so that the
// next event is right; after some thousand runs without another change those are linked anew whose direct jumps lead elsewhere now.
import type { KernelProg } from '../../kernel/prog.ts';
import { reachedFrom } from '../reached.ts';
import { callbackName, progName, type ProgUnit } from '../unit.ts';
import type { ModuleParts } from '../wasm/module-writer.ts';
import { whyNoCode } from './host-support.ts';
import { joinedWith } from './joined.ts';
import { contentsOf, LinkedModule, type ExtraCode, type ModuleWorld, type Part } from './linked-module.ts';
import { Units, type UnitsWorld } from './units.ts';

/** Runs without a change before programs are linked anew: a replay does as many in some milliseconds, and a lab that fills slot after slot does not. */
const RELINK_RUNS = 4096;

/** The programs of a machine. */
export interface ProgSource {
  /** Grows when slots changed or programs went away. */
  readonly changes: number;
  byId(id: number): KernelProg | undefined;
  /** The id of the next program: a snapshot that is restored brings back that of its time. */
  nextProgId(): number;
  isLoaded(prog: KernelProg): boolean;
}

export interface LinkWorld extends ModuleWorld, UnitsWorld {
  readonly progs: ProgSource;
}

/** A program in the table. */
export interface Placed {
  readonly prog: KernelProg;
  readonly module: LinkedModule;
  /** Why the interpreter runs it; undefined where it is compiled. */
  readonly why: string | undefined;
}

/** Code that others keep in the linked module. */
export interface LinkExtra extends ExtraCode {
  /** Programs that it calls. */
  readonly progs: readonly KernelProg[];
}

/** The compiled programs of one machine. */
export class Linker {
  private readonly world: LinkWorld;
  private readonly units: Units;
  private readonly placed = new Map<number, Placed>();
  /** Programs that runs began with. */
  private readonly roots = new Set<KernelProg>();
  private extra: LinkExtra | undefined;
  /** The module that `extra` stands in. */
  private linked: LinkedModule | undefined;
  private seen = -1;
  /** Direct jumps may lead elsewhere than slots do now, or not be there. */
  private isScattered = false;
  private quietRuns = 0;

  constructor(world: LinkWorld) {
    this.world = world;
    this.units = new Units(world);
  }

  /** Where a program that is about to run stands; undefined: the interpreter runs it. Between two runs only. */
  find(prog: KernelProg): Placed | undefined {
    if (whyNoCode() !== undefined) return undefined;
    if (this.world.progs.changes !== this.seen) this.catchUp();
    let placed = this.placed.get(prog.id);
    if (placed?.prog !== prog || !this.roots.has(prog)) placed = this.addRoot(prog);
    if (this.isScattered && ++this.quietRuns >= RELINK_RUNS) {
      this.relink();
      placed = this.placed.get(prog.id)!;
    }
    return placed.why === undefined ? placed : undefined;
  }

  /** The export that calls a function of a program; undefined where there is none. */
  callback(prog: KernelProg, pc: number): (() => void) | undefined {
    return this.placed.get(prog.id)?.module.exports[callbackName(prog, pc)];
  }

  /** The program of an id, and its module. */
  at(id: number): Placed | undefined {
    return this.placed.get(id);
  }

  /** Why the interpreter runs a program; undefined where it is compiled, or was not run yet. */
  whyNot(prog: KernelProg): string | undefined {
    return whyNoCode() ?? this.units.whyNot(prog);
  }

  /** The code of a program as its next run finds it, or why there is none; for people. Between two runs only. */
  unitOf(prog: KernelProg): ProgUnit | string {
    if (this.placed.size > 0 && this.world.progs.changes !== this.seen) this.catchUp();
    return whyNoCode() ?? this.units.draftOf(prog, reachedFrom([prog]));
  }

  /** What the module is made of that a program stands in, or would: all that it can jump to is there. Between two runs only. */
  moduleOf(prog: KernelProg): ModuleParts | string {
    const unit = this.unitOf(prog);
    if (typeof unit === 'string') return unit;
    const placed = this.placed.get(prog.id);
    if (placed?.prog === prog) return placed.module.contents;
    const parts = [...reachedFrom([prog])].map((one): Part => {
      const made = this.unitOf(one);
      return typeof made === 'string' ? { interpreted: one } : { unit: made };
    });
    return contentsOf(parts, this.world.memory);
  }

  /** Keeps code in the linked module from now on (undefined: none), and links at once. Between two runs only. */
  link(extra: LinkExtra | undefined): LinkedModule | undefined {
    this.extra = extra;
    this.linked = undefined;
    this.dropGone();
    this.seen = this.world.progs.changes;
    this.relink();
    return this.linked;
  }

  /** The module with `extra` as it is now, before so many runs; undefined: none was asked for. */
  current(runs: number): LinkedModule | undefined {
    if (this.world.progs.changes !== this.seen) this.catchUp();
    if (this.isScattered && (this.quietRuns += runs) >= RELINK_RUNS) this.relink();
    return this.linked;
  }

  /** Slots may have changed within a run: what can be reached now is in the table before the program goes on. */
  reachAll(): void {
    if (this.world.progs.changes === this.seen) return;
    this.seen = this.world.progs.changes;
    this.isScattered = true;
    this.quietRuns = 0;
    this.add(this.wanted());
  }

  private catchUp(): void {
    this.dropGone();
    this.reachAll();
    if (this.lacksExtra()) this.relink();
  }

  /** The linked module is another's now: nothing runs before there is a new one. */
  private lacksExtra(): boolean {
    return this.linked === undefined && this.extra?.progs.every((prog) => this.isThere(prog)) === true;
  }

  private dropGone(): void {
    this.units.keep((prog) => this.isThere(prog));
    for (const prog of this.roots) if (!this.isThere(prog)) this.roots.delete(prog);
    const placed = [...this.placed.values()];
    const gone = placed.filter(({ prog }) => !this.isThere(prog));
    // Direct jumps know a program by its id: where that may be another's now, nothing of what is there is kept.
    const mayMislead = gone.some(({ prog: { id } }) => this.mayBeAnothers(id));
    for (const { prog } of mayMislead ? placed : gone) this.displace(prog);
    if (mayMislead) this.linked = undefined;
  }

  private mayBeAnothers(id: number): boolean {
    const { progs } = this.world;
    return id > 0 && (id >= progs.nextProgId() || progs.byId(id) !== undefined);
  }

  /** Id 0 is that of insns that run by themselves: nobody loads them. */
  private isThere(prog: KernelProg): boolean {
    return prog.id === 0 ? this.placed.get(0)?.prog === prog : this.world.progs.isLoaded(prog);
  }

  private displace({ id }: KernelProg): void {
    this.placed.delete(id);
    this.world.table.set(id, null);
  }

  private addRoot(prog: KernelProg): Placed {
    const old = this.placed.get(prog.id);
    if (old !== undefined && old.prog !== prog) {
      // Other insns that run by themselves.
      this.displace(old.prog);
      this.roots.delete(old.prog);
      this.units.keep((one) => this.isThere(one));
    }
    this.roots.add(prog);
    this.isScattered ||= prog.id !== 0 && this.placed.size > 0;
    this.add(reachedFrom([prog]));
    return this.placed.get(prog.id)!;
  }

  /** All that can be reached; insns that run by themselves stand alone. */
  private wanted(): ReadonlySet<KernelProg> {
    const roots = [...this.roots].filter(({ id }) => id !== 0);
    return reachedFrom([...roots, ...(this.extra?.progs ?? []).filter((prog) => this.isThere(prog))]);
  }

  /** Puts those of the programs into the table that are not there, with a module of their own. */
  private add(progs: ReadonlySet<KernelProg>): void {
    const missing = [...progs].filter((prog) => this.placed.get(prog.id)?.prog !== prog);
    if (missing.length > 0) this.build(missing, undefined);
  }

  /** One module for all whose direct jumps change, and what these lead to; the others stay where they are, as fast as they have become. */
  private relink(): void {
    this.quietRuns = 0;
    this.isScattered = false;
    const wanted = this.wanted();
    const changed = [...wanted].filter(
      (prog) => this.placed.get(prog.id)?.prog !== prog || this.units.isStale(prog, wanted),
    );
    for (const prog of changed) this.units.partOf(prog, wanted); // tells what it jumps to
    // Programs that went away take what calls them with them.
    const extra = this.extra?.progs.every((prog) => this.isThere(prog)) === true ? this.extra : undefined;
    if (extra === undefined) this.linked = undefined;
    const callers = extra?.progs ?? [];
    const jumpsOf = (prog: KernelProg): readonly KernelProg[] =>
      callers.includes(prog) ? [...callers, ...this.units.jumpsOf(prog)] : this.units.jumpsOf(prog);
    const isNew = extra !== undefined && this.linked === undefined;
    const group = joinedWith(isNew ? [...changed, ...callers] : changed, wanted, jumpsOf);
    if (isNew || callers.some((prog) => group.has(prog))) this.linked = this.build([...group], extra);
    else if (group.size > 0) this.build([...group], undefined);
    // Whatever jumped straight to these was linked anew.
    for (const { prog } of this.placed.values()) if (prog.id !== 0 && !wanted.has(prog)) this.displace(prog);
  }

  private build(progs: readonly KernelProg[], extra: ExtraCode | undefined): LinkedModule {
    const group = new Set(progs);
    const parts = progs.map((prog) => this.units.partOf(prog, group));
    let module: LinkedModule;
    try {
      module = new LinkedModule(parts, this.world, extra);
    } catch (error) {
      if (!this.refuseWrong(parts, error)) throw error;
      return this.build(progs, extra);
    }
    const { table } = this.world;
    for (const prog of progs) {
      this.placed.set(prog.id, { prog, module, why: this.units.whyNot(prog) });
      if (table.length <= prog.id) table.grow(Math.max(prog.id + 1 - table.length, table.length));
      table.set(prog.id, module.exports[progName(prog)]);
    }
    return module;
  }

  /** The host did not take a module: finds the programs that it does not take by themselves. False when there is none. */
  private refuseWrong(parts: readonly Part[], error: unknown): boolean {
    let found = false;
    for (const part of parts) {
      if ('interpreted' in part) continue;
      const { prog } = part.unit;
      try {
        const alone = this.units.partOf(prog, new Set([prog]));
        if ('unit' in alone) void new LinkedModule([alone], this.world);
      } catch {
        found = true;
        this.units.refuse(prog, `its code is not taken, a bug of the JIT: ${String(error)}`);
      }
    }
    return found;
  }
}
