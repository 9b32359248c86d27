/**
 * What the root import loads at once. The other configuration sees `import type` and `await import()` too; this one must
 * not, since neither loads anything before it is needed.
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
  forbidden: [
    {
      name: 'root-entry-stays-light',
      comment:
        'What the root import loads at once must not reach heavy packages; load them with await import().',
      severity: 'error',
      from: { path: '^src/index[.]ts$' },
      to: {
        path: 'node_modules/(zod|execa|yaml|@babel|mdast|micromark|dockerfile-ast|csv-parse|@dagrejs|@marcbachmann|ignore)/',
        reachable: true,
      },
    },
  ],
  options: {
    tsPreCompilationDeps: false,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { dynamic: true },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
