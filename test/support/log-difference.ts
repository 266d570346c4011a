// Two logs of the verifier, ours and a kernel's, line by line.

/** Where they part, or undefined. Addresses, ids of kernel functions, names that a spec gives its maps, and columns do not count. */
export function logDifference(ours: readonly string[], kernels: readonly string[]): string | undefined {
  const [a, b] = [plainLines(ours), plainLines(kernels)];
  const at = Math.max(a.length, b.length);
  for (let i = 0; i < at; i++) {
    if (a[i] !== b[i]) return `line ${i}\n  ours:   ${a[i]}\n  kernel: ${b[i]}`;
  }
  return undefined;
}

function plainLines(lines: readonly string[]): string[] {
  return lines
    .flatMap((line) => line.split('\n'))
    .map(plain)
    .filter((line) => line !== '');
}

function plain(line: string): string {
  return line
    .replace(/= 0xffff[0-9a-f]{12}/, '= ADDRESS')
    .replace(/= map(val)?\[[\w.]+\](\+\d+)?/, '= ADDRESS')
    .replace(/map(=| ')p\d+_/g, 'map$1')
    .replace(/(call \w+)#\d+/, '$1')
    .replace(/ +;/, ' ;')
    .replace(/^(verification time|stack depth).*/, '')
    .trimEnd();
}
