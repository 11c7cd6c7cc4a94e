import { defineConfig } from 'tsup'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'blocks/index': 'src/blocks/index.ts',
    'dialects/index': 'src/dialects/index.ts',
    'fold/index': 'src/fold/index.ts',
    'marks/index': 'src/marks/index.ts',
    'react-native/index': 'src/react-native/index.ts',
    'smooth/index': 'src/smooth/index.ts',
    'tabs/index': 'src/tabs/index.ts',
    'testing/index': 'src/testing/index.ts',
  },
  format: 'esm',
  target: 'es2022',
  // emit-types.mjs writes them.
  dts: {
    entry: {
      index: '.types/packages/core/src/index.d.ts',
      'blocks/index': '.types/packages/core/src/blocks/index.d.ts',
      'dialects/index': '.types/packages/core/src/dialects/index.d.ts',
      'fold/index': '.types/packages/core/src/fold/index.d.ts',
      'marks/index': '.types/packages/core/src/marks/index.d.ts',
      'react-native/index': '.types/packages/core/src/react-native/index.d.ts',
      'smooth/index': '.types/packages/core/src/smooth/index.d.ts',
      'tabs/index': '.types/packages/core/src/tabs/index.d.ts',
      'testing/index': '.types/packages/core/src/testing/index.d.ts',
    },
  },
  sourcemap: true,
  clean: true,
})
