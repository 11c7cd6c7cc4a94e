import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'

const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/**
 * Builds the program of the child processes: `writer.ts` with the sources of the store. It is inside the workspace, so that
 * it finds the driver.
 */
export async function builtWriter(): Promise<{ script: string; remove(): void }> {
  const cache = pathOf('../../../../../node_modules/.cache/keepstream')
  mkdirSync(cache, { recursive: true })
  const outDir = mkdtempSync(`${cache}/writer-`)
  await build({
    entry: { writer: pathOf('./writer.ts') },
    outDir,
    config: false,
    format: 'esm',
    target: 'node20',
    clean: false,
    silent: true,
    removeNodeProtocol: false,
    outExtension: () => ({ js: '.mjs' }),
  })
  return { script: `${outDir}/writer.mjs`, remove: () => rmSync(outDir, { recursive: true, force: true }) }
}
