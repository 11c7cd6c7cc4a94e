import { copyFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { sqliteStore } from '../../src/stores/sqlite'
import { collect, createHand, createRig, request } from '../support/rig'
import { temporaryFolder } from './temporary-folder'

const sse = () => request('/', { headers: { Accept: 'text/event-stream' } })

const losses: Record<string, (path: string) => void> = {
  'is deleted': (path) => {
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
  },
  'is replaced by another one': (path) => {
    copyFileSync(path, `${path}.copy`)
    renameSync(`${path}.copy`, path)
  },
}

async function answering() {
  const path = join(temporaryFolder(), 'streams.db')
  const store = sqliteStore({ path })
  const rig = createRig({ store, keepsStore: true })
  onTestFinished(() => store.dispose())
  const id = await rig.streams.createStream()
  const hand = createHand()
  const driver = collect(await rig.streams.stream(sse(), id, hand.producer))
  await hand.append('First. ')
  await rig.clock.advance(1_000)
  return { ...rig, path, store, id, hand, driver }
}

describe.each(Object.entries(losses))('a SQLite file that %s while an answer runs', (_, lose) => {
  it('does not end the answer as done, and reports what happened', async () => {
    const { path, clock, hand, driver, errors } = await answering()
    lose(path)
    await hand.append('Second. ')
    hand.finish()
    await clock.advance(1_000)
    expect(driver.text).not.toContain('"status":"done"')
    expect(driver.text).toContain('"error":"corrupt"')
    expect(errors[0]).toMatchObject({ error: { code: 'corrupt', message: expect.stringContaining(path) } })
  })

  it('fails the next act that creates a stream, and is opened again for the one after it', async () => {
    const { path, clock, streams, id: first, hand, driver } = await answering()
    lose(path)
    await expect(streams.createStream()).rejects.toMatchObject({ code: 'corrupt' })
    const id = await streams.createStream()
    expect(await (await streams.stream(request(), id, async ({ append }) => append('New.'))).text()).toBe('New.')
    const later = sqliteStore({ path })
    onTestFinished(() => later.dispose())
    expect(await later.read(id, 0, 10)).toMatchObject({ text: 'New.', head: { status: 'done' } })
    hand.finish()
    await clock.advance(1_000)
    // A copy may have the stream too. Then the run goes on there, and its end is durable there.
    const isDone = (await later.heads([first]))[0]?.status === 'done'
    expect(driver.text.includes('"status":"done"')).toBe(isDone)
  })
})

describe('a SQLite file that stays in its place', () => {
  it('is not reported as replaced when it grows, is copied, or has another name too', async () => {
    const { path, clock, hand, driver, errors } = await answering()
    copyFileSync(path, `${path}.backup`)
    await hand.append('Second. '.repeat(5_000))
    hand.finish()
    await clock.advance(1_000)
    expect(driver.text).toContain('"status":"done"')
    expect(errors).toEqual([])
  })
})
