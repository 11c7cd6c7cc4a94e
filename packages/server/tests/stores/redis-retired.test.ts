import { describe, expect, it } from 'vitest'
import { createCallRedis } from '../../src/stores/redis/call-redis'
import type { RedisLink } from '../../src/stores/redis/link'
import { ownSource } from '../../src/stores/redis/link-source'
import type { OpenedClient } from '../../src/stores/redis/open-client'

type Answer = 'refuses' | 'hangs' | 'works'

/** Connections whose answers a test sets; the link's `publish` stands for any command. */
function createServers(answers: readonly Answer[]) {
  const clients: { answer: Answer; isClosed: boolean }[] = []
  const source = ownSource(async () => {
    const mine = { answer: answers[Math.min(clients.length, answers.length - 1)] as Answer, isClosed: false }
    clients.push(mine)
    const waiting: ((error: Error) => void)[] = []
    let onEnded = () => {}
    const close = () => {
      mine.isClosed = true
      for (const reject of waiting) reject(new Error('Connection is closed.'))
      onEnded()
    }
    const publish = async () => {
      if (mine.answer === 'refuses') throw new Error("READONLY You can't write against a read only replica.")
      if (mine.answer === 'hangs') return new Promise<never>((_, reject) => waiting.push(reject))
      return 1
    }
    const ended = new Promise<void>((resolve) => {
      onEnded = resolve
    })
    return { link: { publish } as unknown as RedisLink, ended, finish: () => {}, close } satisfies OpenedClient
  })
  const call = createCallRedis(source, 100)
  const act = (bucket = 7) => call(bucket, (link) => link.publish('channel', 'message'))
  return { clients, act }
}

describe('a Redis connection that was left for another server', () => {
  it('is closed once what was under way over it is late, so that its bucket can be used again', async () => {
    const { clients, act } = createServers(['hangs', 'works'])
    const hung = [1, 2, 3, 4].map(() => act().catch((error: unknown) => error))
    await new Promise((resolve) => setTimeout(resolve, 10))
    const [first] = clients
    if (first) first.answer = 'refuses'
    expect(await act()).toBe(1)
    await Promise.all(hung)
    expect(clients.map(({ isClosed }) => isClosed)).toEqual([true, false])
    expect(await act()).toBe(1)
  })

  it('is closed as well where an act was refused once and then hangs on the new one', async () => {
    const { clients, act } = createServers(['refuses', 'hangs', 'works'])
    await expect(act()).rejects.toMatchObject({ code: 'store' })
    expect(clients[1]?.isClosed).toBe(true)
  })
})

describe('an error of Redis', () => {
  it('carries no command, which would have the text in it', async () => {
    const refusal = Object.assign(new Error('OOM command not allowed'), {
      command: { name: 'fcall', args: ['secret'] },
    })
    const link = { publish: () => Promise.reject(refusal) } as unknown as RedisLink
    const source = ownSource(async () => ({ link, ended: new Promise<void>(() => {}), finish() {}, close() {} }))
    const error = await createCallRedis(source, 100)(1, (one) => one.publish('c', 'm')).catch((cause: unknown) => cause)
    expect(error).toMatchObject({ code: 'store', cause: refusal })
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error as object))).not.toContain('secret')
    expect(refusal.command).toBeUndefined()
  })
})
