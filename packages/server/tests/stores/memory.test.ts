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

  it('uses pendingMs', async () => {
    let now = 0
    const store = memoryStore({ now: () => now, pendingMs: 1_000 })
    await store.create('a', null)
    now = 1_001
    expect(await store.expire('a', 0)).toMatchObject({ type: 'expired', head: { status: 'timeout' } })
  })

  it('reports why a meta is not JSON, with the cause', async () => {
    const store = memoryStore()
    await expect(store.create('a', { count: 1n })).rejects.toMatchObject({
      code: 'invalid-option',
      message: expect.stringMatching(/@keepstream\/server: meta cannot be stored by memoryStore.*BigInt.*Pass/),
      cause: expect.any(TypeError),
    })
    await expect(store.create('a', () => {})).rejects.toMatchObject({
      code: 'invalid-option',
      message: expect.stringContaining('a function is not a JSON value'),
    })
  })

  it('refuses invalid options', () => {
    expect(() => memoryStore({ pendingMs: -1 })).toThrow(/@keepstream\/server: option 'memoryStore[.]pendingMs' .*-1/)
    expect(() => memoryStore({ pendingMS: 1 } as object)).toThrow(
      /'memoryStore[.]pendingMS' cannot be used.*now, pendingMs/,
    )
  })
})
