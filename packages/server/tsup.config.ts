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
  dts: true,
  sourcemap: true,
  clean: true,
  removeNodeProtocol: false,
})
