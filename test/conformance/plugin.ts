// The plugin that bpf_conformance starts for each of its cases: `npm run -s conformance-plugin`.
import { text } from 'node:stream/consumers';
import { answer } from './protocol.ts';

const args = process.argv.slice(2);
const { code, stdout, stderr } = answer(args, args.includes('--program') ? '' : await text(process.stdin));
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = code;
