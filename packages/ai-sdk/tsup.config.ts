import { defineConfig } from 'tsup'

export default defineConfig({
  entry: { index: 'src/index.ts', 'client/index': 'src/client/index.ts' },
  format: 'esm',
  target: 'es2022',
  // emit-types.mjs writes them.
  dts: {
    entry: {
      index: '.types/packages/ai-sdk/src/index.d.ts',
      'client/index': '.types/packages/ai-sdk/src/client/index.d.ts',
    },
  },
  sourcemap: true,
  clean: true,
})
