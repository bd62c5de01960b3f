/// <reference types="vitest/config" />
import { defineConfig } from 'vitest/config'

/** Where `npm run dev` finds the server's `/api`: `GEO3D_SERVER=http://127.0.0.1:8000 npm run dev`. */
const server = process.env.GEO3D_SERVER ?? 'http://127.0.0.1:8000'

export default defineConfig({
  base: './',
  build: {
    outDir: '../services/geo3d_server/_viewer',
    emptyOutDir: true,
    target: 'es2022',
    // OpenLayers is one lazy chunk of some 500 kB; it is meant to be.
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/api': { target: server } } },
  test: { environment: 'happy-dom', include: ['test/**/*.test.{ts,tsx}'], restoreMocks: true },
})
