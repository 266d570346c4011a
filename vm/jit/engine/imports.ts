// What generated code calls in JavaScript, as the imports of its modules. Each leaves the code and comes back to it; what it throws ends the run.
import type { JsImport } from '../unit.ts';

/** An engine, as generated code sees it: JS_IMPORTS says what each takes and gives. */
export interface CodeHost {
  callHelper(site: number): void;
  reachFor(site: number, low: number, high: number): number;
  loadFor(site: number, low: number, high: number): void;
  loadPacketFor(site: number): number;
  interpret(id: number): void;
  faultAt(site: number, code: number): void;
  fillRow(run: number): void;
  overrideRow(run: number, value: number): void;
}

/** The functions, by the names of the imports. */
export function importsOf(host: CodeHost): Readonly<Record<JsImport, unknown>> {
  return {
    'js:call': (site: number) => host.callHelper(site),
    'js:reach': (site: number, low: number, high: number) => host.reachFor(site, low, high),
    'js:load': (site: number, low: number, high: number) => host.loadFor(site, low, high),
    'js:packet': (site: number) => host.loadPacketFor(site),
    'js:interp': (id: number) => host.interpret(id),
    'js:fault': (site: number, code: number) => host.faultAt(site, code),
    'js:fill': (run: number) => host.fillRow(run),
    'js:override': (run: number, value: number) => host.overrideRow(run, value),
  };
}
