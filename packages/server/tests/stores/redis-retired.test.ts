import { describe, expect, it } from 'vitest'
import { createCallRedis } from '../../src/stores/redis/connection/call-redis'
import type { RedisLink } from '../../src/stores/redis/connection/link'
import { ownSource } from '../../src/stores/redis/connection/link-source'
import type { OpenedClient } from '../../src/stores/redis/connection/open-client'

type Response = 'refuses' | 'hangs' | 'works'

/** Connections whose responses a test sets. The link's `publish` stands for any command. */
function createServers(responses: readonly Response[]) {
  const clients: { response: Response; isFinished: boolean; isClosed: boolean }[] = []
  const source = ownSource(async () => {
    const response = responses[Math.min(clients.length, responses.length - 1)] as Response
    const mine = { response, isFinished: false, isClosed: false }
    clients.push(mine)
    const waiting: ((error: Error) => void)[] = []
    let onEnded = () => {}
    const close = () => {
      mine.isClosed = true
      for (const reject of waiting) reject(new Error('Connection is closed.'))
      onEnded()
    }
    const publish = async () => {
      if (mine.isFinished) throw new Error('Connection is closed.')
      if (mine.response === 'refuses') throw new Error("READONLY You can't write against a read only replica.")
      if (mine.response === 'hangs') return new Promise<never>((_, reject) => waiting.push(reject))
      return 1
    }
    const ended = new Promise<void>((resolve) => {
      onEnded = resolve
    })
    const finish = () => {
      mine.isFinished = true
    }
    return { link: { publish } as unknown as RedisLink, ended, finish, close } satisfies OpenedClient
  })
  const call = createCallRedis(source, 100)
  /** @param turns what the act does on the connection before it sends its command, in microtasks */
  const act = (turns = 0) =>
    call(7, async (link) => {
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
      return link.publish('channel', 'message')
    })
  return { clients, act }
}

describe('a Redis connection that was replaced by one to another server', () => {
  it('is closed once a command in flight over it times out, so that its bucket can be used again', async () => {
    const { clients, act } = createServers(['hangs', 'works'])
    const hung = [1, 2, 3, 4].map(() => act().catch((error: unknown) => error))
    await new Promise((resolve) => setTimeout(resolve, 10))
    const [first] = clients
    if (first) first.response = 'refuses'
    expect(await act()).toBe(1)
    await Promise.all(hung)
    expect(clients.map(({ isClosed }) => isClosed)).toEqual([true, false])
    expect(await act()).toBe(1)
  })

  it('is named with the reason by every act, also by those that only found it closed', async () => {
    const { clients, act } = createServers(['refuses'])
    const errors = await Promise.all([0, 5, 20].map((turns) => act(turns).catch((error: unknown) => error)))
    expect(clients[0]?.isFinished).toBe(true)
    for (const error of errors) expect(String(error)).toMatch(/within 100 ms: READONLY.*connect to the primary/)
  })

  it('is also closed if an act was refused once and then hangs on the new one', async () => {
    const { clients, act } = createServers(['refuses', 'hangs', 'works'])
    await expect(act()).rejects.toMatchObject({ code: 'store' })
    expect(clients[1]?.isClosed).toBe(true)
  })
})

describe('an error of Redis', () => {
  it('has no command, which would contain the text', async () => {
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
