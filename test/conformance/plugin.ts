// The plugin that bpf_conformance starts for each of its cases: `npm run -s conformance-plugin`.
import { readFileSync } from 'node:fs';
import { answer } from './protocol.ts';

const args = process.argv.slice(2);
const stdin = args.includes('--program') ? '' : readFileSync(0, 'utf8');
const { code, stdout, stderr } = answer(args, stdin);
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = code;
