import { expect, it } from 'vitest'
import { pgConnections } from '../../src/stores/postgres/connection/pg-connections'

it('requests a bounded number of connections from a pool without free ones, and more once it has some', async () => {
  const waiting: ((error: Error | undefined, client?: unknown) => void)[] = []
  const pool = { connect: (callback: (typeof waiting)[number]) => void waiting.push(callback) }
  const { query } = pgConnections({ pool: pool as never, timeoutMs: 1_000, subscribe: undefined })
  for (let act = 0; act < 100; act++) {
    const pending = query('INSERT', ['a text'])
    pending.rows.catch(() => undefined)
    await Promise.resolve()
    pending.giveUp()
  }
  expect(waiting).toHaveLength(64)
  await expect(query('SELECT', []).rows).rejects.toMatchObject({ code: 'store' })

  for (const callback of waiting.splice(0)) callback(new Error('timeout exceeded when trying to connect'))
  await new Promise((resolve) => setTimeout(resolve))
  const { rows } = query('SELECT', ['value'])
  const sent: unknown[] = []
  waiting[0]?.(undefined, {
    on() {},
    removeListener() {},
    release() {},
    async query(...statement: unknown[]) {
      sent.push(statement)
      return { rows: [{ a: 1 }] }
    },
  })
  expect(await rows).toEqual([{ a: 1 }])
  expect(sent).toEqual([['SELECT', ['value']]])
})
