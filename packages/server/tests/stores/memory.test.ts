import { memoryStore } from '@keepstream/server/memory'
import { describe, expect, it } from 'vitest'
import { fixedTarget } from './fixed-target'
import { kitCases } from './kit-cases'

describe('memoryStore', { timeout: 30_000 }, () => {
  const cases = kitCases({
    create: () => fixedTarget(),
    omit: ['reopen/text', 'reopen/owner', 'reopen/deleted'],
  })
  for (const { name, run } of cases) it(name, run)

  it('takes pendingMs', async () => {
    let now = 0
    const store = memoryStore({ now: () => now, pendingMs: 1_000 })
    await store.create('a', null)
    now = 1_001
    expect(await store.expire('a', 0)).toMatchObject({ status: 'timeout' })
  })

  it('refuses options that cannot be meant', () => {
    expect(() => memoryStore({ pendingMs: -1 })).toThrow(/@keepstream\/server: memoryStore\(\{ pendingMs \}\).*-1/)
    expect(() => memoryStore({ pendingMS: 1 } as object)).toThrow(/no option "pendingMS".*now, pendingMs/)
  })
})
