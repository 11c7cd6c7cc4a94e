import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/index.ts', 'src/react.ts', 'src/vue.ts', 'src/svelte.ts', 'src/solid.ts'],
  format: 'esm',
  target: 'es2022',
  // emit-types.mjs writes them.
  dts: {
    entry: {
      index: '.types/packages/convex/src/index.d.ts',
      react: '.types/packages/convex/src/react.d.ts',
      vue: '.types/packages/convex/src/vue.d.ts',
      svelte: '.types/packages/convex/src/svelte.d.ts',
      solid: '.types/packages/convex/src/solid.d.ts',
    },
  },
  sourcemap: true,
  clean: true,
})
