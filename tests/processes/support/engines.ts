import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A store for several processes, with data of its own. */
export interface ProcessEngine {
  readonly name: string
  open(): Promise<{
    /** What `STORE` names it by. */
    readonly address: string
    close(): Promise<void>
  }>
}

export const processEngines: readonly ProcessEngine[] = [
  {
    name: 'SQLite',
    async open() {
      const folder = mkdtempSync(join(tmpdir(), 'keepstream-'))
      return {
        address: join(folder, 'streams.db'),
        close: async () => rmSync(folder, { recursive: true, force: true }),
      }
    },
  },
]
