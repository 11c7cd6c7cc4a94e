import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'dist/page',
    emptyOutDir: true,
    // The page's Content-Security-Policy allows no inlined assets.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
