/** What only `pnpm chaos` runs. */
const proofs = process.env.CROSSDOCK_CHAOS === 'full' ? ['<rootDir>/packages/testing/test/**/*.chaos.ts'] : [];

/** Settings of every test run; paths count from the project's root. */
export default {
  rootDir: '../..',
  testMatch: [
    '<rootDir>/packages/*/{src,test}/**/*.test.ts',
    '<rootDir>/services/*/{src,test}/**/*.test.ts',
    ...proofs,
  ],
  testPathIgnorePatterns: ['/node_modules/', '/.crossdock/'],
  modulePathIgnorePatterns: ['/.crossdock/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/packages/testing/src/strip-types.mjs' },
  injectGlobals: false,
  reporters: ['default', '<rootDir>/packages/testing/src/reporter.ts'],
  testTimeout: 90_000,
  forceExit: true,
  maxWorkers: 2,
};
