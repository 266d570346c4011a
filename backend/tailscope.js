#!/usr/bin/env node
// The `tailscope` command. Plain old JavaScript, so that every Node can read it and be told what is wrong.
import fs from 'fs';
import url from 'url';

const NEEDED = [22, 18];
const found = process.versions.node.split('.').map(Number);
const isOld = found[0] < NEEDED[0] || (found[0] === NEEDED[0] && found[1] < NEEDED[1]);

/** In a checkout the sources run as they are; Node does not run them from node_modules, where dist/ stands in. */
function entry() {
  const source = new URL('./cli/main.ts', import.meta.url);
  const path = url.fileURLToPath(source);
  const runsSources = !/[\\/]node_modules[\\/]/.test(path) && fs.existsSync(path);
  return runsSources ? source : new URL('../dist/backend/cli/main.js', import.meta.url);
}

if (isOld) {
  console.error(
    'tailscope needs Node ' +
      NEEDED.join('.') +
      ' or newer; this is Node ' +
      process.versions.node +
      '.\n  in a checkout on Linux: npm run -s tailscope -- ARGS brings a Node of its own\n' +
      '  anywhere else: install Node 24 (https://nodejs.org), or use nvm, fnm or your package manager',
  );
  process.exitCode = 1;
} else {
  import(entry().href).then(
    function (cli) {
      return cli.main(process.argv.slice(2));
    },
    function (error) {
      console.error(error);
      process.exitCode = 1;
    },
  );
}
