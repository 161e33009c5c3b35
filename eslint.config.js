import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist', 'build', 'coverage', 'node_modules', '**/*.mjs', '**/*.cjs', 'eslint.config.js'] },
  ...tseslint.configs.strictTypeChecked,
  {
    // Two programs for all files: those of the builds would each read src again.
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './src/console/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      eqeqeq: 'error',
      'max-params': ['error', 4],
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Randomness comes from an injected RandomSource.' },
      ],
    },
  },
  {
    // The pure rooms: what they need of the world is passed in.
    files: [
      'src/{protocol,dp,measurement,identity,report,messages}/**',
      'src/{bytes,errors,random,flat-table,growing}.ts',
    ],
    rules: {
      'no-restricted-globals': [
        'error',
        ...[
          'process',
          'setTimeout',
          'setInterval',
          'setImmediate',
          'queueMicrotask',
          'performance',
          'crypto',
          'fetch',
          'Buffer',
        ],
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: 'no clock in a pure room',
        },
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'no clock in a pure room',
        },
      ],
    },
  },
  {
    files: ['src/{console,report}/**/*.tsx', 'src/console/**/*.ts'],
    ...hooks.configs.flat['recommended-latest'],
  },
  {
    // Formulas over registers name every register: out, two operands, scratch.
    files: ['src/group/wasm/**'],
    rules: { 'max-params': ['error', 5] },
  },
  {
    // A test that indexes past the end fails, which is what `!` says there.
    files: ['test/**', 'bench/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', 'no-console': 'off' },
  },
);
