// Stands in for parts that are still being built.
export function notBuilt(what: string): never {
  throw new Error(`${what} is not built`);
}
