// A page that has a worker of its own run programs over a recording, and shows as JSON what came of it. Its address says which:
// ?recording=dd&program=tracex5&rounds=3
import type { Order, Report } from './worker.ts';

const asked = new URLSearchParams(location.search);
const order: Order = {
  recording: asked.get('recording') ?? '',
  program: asked.get('program') ?? '',
  rounds: Number(asked.get('rounds') ?? 1),
};
const output = document.querySelector('output')!;
const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
worker.addEventListener('message', ({ data }: MessageEvent<Report>) => show(JSON.stringify(data)));
worker.addEventListener('error', ({ message }) => show(JSON.stringify({ failed: message })));
worker.postMessage(order, []);

function show(text: string): void {
  output.textContent = text;
  output.dataset['done'] = 'true';
}
