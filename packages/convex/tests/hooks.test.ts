import { describe, expect, it, vi } from 'vitest'
import { react, reactStrict } from './support/hooks/react'
import { solid } from './support/hooks/solid'
import { svelte } from './support/hooks/svelte'
import { vue } from './support/hooks/vue'
import { createStage, expectGrowing } from './support/stage'

const patience = { timeout: 15_000, interval: 10 }

describe.each([react, reactStrict, vue, svelte, solid])('$name', (hook) => {
  it('subscribes to no query while the live stream is healthy, and to none when it is over', async () => {
    const stage = await createStage()
    const { id, writer } = await stage.create()
    const tab = stage.open(hook, { streamId: id, driven: true })
    await writer.write('One. ')
    await tab.shows({ text: 'One. ', status: 'streaming' })
    expect(stage.asked).toBe(0)
    await writer.finish()
    await tab.shows({ text: 'One. ', status: 'done' })
    expect(stage.asked).toBe(1)
    await vi.waitFor(() => expect(stage.subscribed()).toEqual([]), patience)
  })

  it('shows nothing without an id, and a new id from nothing, in the same render', async () => {
    const stage = await createStage()
    const [first, second] = [await stage.create(), await stage.create()]
    const tab = stage.open(hook, { streamId: undefined, driven: true })
    expect(tab.last).toEqual({ text: '', status: 'pending' })
    expect(stage.drives).toEqual([])
    tab.apply({ streamId: first.id })
    await first.writer.write('One. ')
    await tab.shows({ text: 'One. ', status: 'streaming' })
    const count = tab.bodies.length
    tab.apply({ streamId: second.id })
    await second.writer.write('Two. ')
    await tab.shows({ text: 'Two. ' })
    expect(tab.bodies.slice(count).map(({ text }) => text)).not.toContain('One. ')
    expect(stage.drives.map(({ body }) => JSON.parse(body).streamId)).toEqual([first.id, second.id])
  })

  it('drives with the values of the latest render, also for a stream that comes later', async () => {
    const stage = await createStage()
    const { id, writer } = await stage.create()
    const opts = { authToken: 'first', headers: { 'x-app': 'one' } }
    const tab = stage.open(hook, { streamId: undefined, driven: true, opts })
    tab.apply({ opts: { authToken: 'second', headers: { 'x-app': 'two' } } })
    tab.apply({ streamId: id })
    await writer.write('One. ')
    await tab.shows({ text: 'One. ' })
    expect(stage.drives).toMatchObject([{ authorization: 'Bearer second', headers: { 'x-app': 'two' } }])
  })

  it('drives once `driven` is set, and once only', async () => {
    const stage = await createStage()
    const { id, writer } = await stage.create()
    const tab = stage.open(hook, { streamId: id, driven: false })
    await stage.hasPushed()
    expect(stage.drives).toEqual([])
    tab.apply({ driven: true })
    await writer.write('One. ')
    await tab.shows({ text: 'One. ' })
    tab.apply({ driven: false })
    tab.apply({ driven: true })
    await writer.write('Two. ')
    await tab.shows({ text: 'One. Two. ' })
    await writer.finish()
    await tab.shows({ status: 'done' })
    expect(stage.drives).toHaveLength(1)
    expectGrowing(tab)
  })

  it('leaves nothing behind', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {}) // the component logs that a reader left
    const stage = await createStage()
    const { id, writer } = await stage.create()
    const [driver, follower] = [stage.open(hook, { streamId: id, driven: true }), stage.open(hook, { streamId: id })]
    await writer.write('One. ')
    await follower.shows({ text: 'One. ' })
    await Promise.all([driver.leave(), follower.leave()])
    await vi.waitFor(() => expect(stage.subscribed()).toEqual([]), patience)
    await stage.isQuiet()
    await writer.write('Two. ')
    await writer.finish()
    const stored = { text: 'One. Two. ', status: 'done' }
    await vi.waitFor(async () => expect(await stage.stored(id)).toEqual(stored), patience)
  })
})
