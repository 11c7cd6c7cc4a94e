import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** A connection to a SQLite file in a process of its own, until the test is over. */
export interface OtherProcess {
  /** Resolves when the statements have run there, and rejects with what SQLite says against them. */
  exec(sql: string): Promise<void>
}

/**
 * Locks are between processes: two copies of SQLite in one process see none of each other's, and here the store may use
 * the runtime's own copy.
 */
export async function otherProcess(path: string): Promise<OtherProcess> {
  const child = fork(fileURLToPath(new URL('./hold-database.mjs', import.meta.url)), [path])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'message')
  return {
    async exec(sql) {
      const answer = once(child, 'message')
      child.send(sql)
      const [refusal] = await answer
      if (refusal !== '') throw new Error(`the other process: ${refusal}`)
    },
  }
}
