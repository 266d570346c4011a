// Builds the page into dist/page; `tailscope serve` serves that folder.
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../dist/page',
    emptyOutDir: true,
    target: 'es2024',
    chunkSizeWarningLimit: 700,
    // The page takes tables from the traces and leaves readers, writers and importers: their files do nothing by being imported.
    rolldownOptions: { treeshake: { moduleSideEffects: (id) => !/\/(?:traces|vm|backend)\//.test(id) } },
  },
});
