import { defineConfig } from 'vite';

// The static page of a report with all that it is drawn by in one module, in place of the one that the compiler wrote:
// hundreds of small modules take longer to load than the page takes to draw.
export default defineConfig({
  root: import.meta.dirname,
  define: { 'process.env.NODE_ENV': '"production"' },
  ssr: { noExternal: true },
  build: {
    ssr: 'static-page.tsx',
    outDir: '../../../dist/report/page',
    emptyOutDir: false,
    minify: true,
    reportCompressedSize: false,
    rolldownOptions: { output: { entryFileNames: 'static-page.js' } },
  },
});
