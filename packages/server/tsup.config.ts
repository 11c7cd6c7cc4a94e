import { defineConfig } from 'tsup'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'stores/memory': 'src/stores/memory.ts',
    'stores/redis': 'src/stores/redis.ts',
    'stores/postgres': 'src/stores/postgres.ts',
    'stores/sqlite': 'src/stores/sqlite.ts',
    'storekit/index': 'src/storekit/index.ts',
    'testkit/index': 'src/testkit/index.ts',
  },
  format: 'esm',
  target: 'es2022',
  // emit-types.mjs writes them.
  dts: {
    entry: {
      index: '.types/packages/server/src/index.d.ts',
      'stores/memory': '.types/packages/server/src/stores/memory.d.ts',
      'stores/redis': '.types/packages/server/src/stores/redis.d.ts',
      'stores/postgres': '.types/packages/server/src/stores/postgres.d.ts',
      'stores/sqlite': '.types/packages/server/src/stores/sqlite.d.ts',
      'storekit/index': '.types/packages/server/src/storekit/index.d.ts',
      'testkit/index': '.types/packages/server/src/testkit/index.d.ts',
    },
  },
  sourcemap: true,
  clean: true,
  removeNodeProtocol: false,
})
