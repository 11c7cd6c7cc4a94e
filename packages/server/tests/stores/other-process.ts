import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** A connection to a SQLite file in another process, until the end of the test. */
export interface OtherProcess {
  /** Resolves when the statements have run there, and rejects with the error of SQLite. */
  exec(sql: string): Promise<void>
}

/**
 * SQLite locks work between processes. Two copies of SQLite in one process do not see each other's locks, and the store may
 * use the copy of the runtime.
 */
export async function otherProcess(path: string): Promise<OtherProcess> {
  const child = fork(fileURLToPath(new URL('./hold-database.mjs', import.meta.url)), [path])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'message')
  return {
    async exec(sql) {
      const response = once(child, 'message')
      child.send(sql)
      const [refusal] = await response
      if (refusal !== '') throw new Error(`the other process: ${refusal}`)
    },
  }
}
