import { defineConfig } from 'tsup'

/** `clean` stays off: the page that vite builds lives in the same folder. */
export default defineConfig({
  entry: { server: 'server/main.ts' },
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  clean: false,
})
