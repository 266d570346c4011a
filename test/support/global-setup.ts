// Says, once a run, which tests are left out because the machine lacks something; with TAILSCOPE_REQUIRE_TOOLS=1 that is an error.
import { hasTool, TOOLS, type Tool } from './tools.ts';

export function setup(): void {
  const missing = (Object.keys(TOOLS) as Tool[]).filter((tool) => !hasTool(tool)); // keys of the literal table
  if (missing.length === 0) return;
  const lines = missing.map((tool) => `  ${tool}, for ${TOOLS[tool].tests}: ${TOOLS[tool].install}`);
  const text = `Some tests are left out because this machine lacks what they need:\n${lines.join('\n')}\n`;
  if (process.env['TAILSCOPE_REQUIRE_TOOLS'] === '1') throw new Error(text);
  process.stderr.write(`${text}\n`);
}
