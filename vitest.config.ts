import { defineConfig } from 'vitest/config';

/** They replace modules of the product by instrumented ones, or keep a folder from their first line to their last. */
const ALONE = ['test/protocol/{ledger,measures,views}.test.ts', 'test/data/*.test.ts'];

const limits = { testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    // Two cores: more workers only make the two-process tests slower.
    maxWorkers: 2,
    allowOnly: false,
    projects: [
      {
        // Files share a process: to load the product and its libraries for each would take a third of the whole time.
        test: {
          ...limits,
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: ALONE,
          isolate: false,
        },
      },
      { test: { ...limits, name: 'alone', include: ALONE, isolate: true } },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'html'],
      reportsDirectory: 'coverage',
    },
  },
});
