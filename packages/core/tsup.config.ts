import { defineConfig } from 'tsup'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'react-native/index': 'src/react-native/index.ts',
    'smooth/index': 'src/smooth/index.ts',
    'tabs/index': 'src/tabs/index.ts',
    'testing/index': 'src/testing/index.ts',
  },
  format: 'esm',
  target: 'es2022',
  dts: true,
  sourcemap: true,
  clean: true,
})
