import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// `dist/console` is what the node serves: one page, its scripts and its style sheet, and nothing from elsewhere.
export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  plugins: [react()],
  build: {
    outDir: '../../dist/console',
    emptyOutDir: true,
    // The content security policy allows no inline script and no data: font.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // A test holds the first load, compressed, to its limit.
    chunkSizeWarningLimit: 700,
  },
});
