import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/index.ts'],
  format: 'esm',
  target: 'es2022',
  // emit-types.mjs writes them.
  dts: { entry: { index: '.types/packages/solid/src/index.d.ts' } },
  sourcemap: true,
  clean: true,
})
