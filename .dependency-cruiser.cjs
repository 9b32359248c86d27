/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'src-not-to-tests', severity: 'error', from: { path: '^src' }, to: { path: '^(tests|examples|bench|scripts)' } },
    {
      name: 'no-dev-dependencies-in-src',
      severity: 'error',
      from: { path: '^src' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'root-entry-stays-light',
      comment: 'What the root import loads at once must not reach heavy packages; load them with await import().',
      severity: 'error',
      from: { path: '^src/index[.]ts$' },
      to: {
        path: 'node_modules/(zod|execa|yaml|@babel|mdast|micromark|dockerfile-ast|csv-parse|@dagrejs|@marcbachmann)',
        reachable: true,
      },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
