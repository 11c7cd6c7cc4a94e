import { describe, expect, it } from 'vitest'
import { StreamServerError, type StreamStore } from '../../src/index'
import { settled } from '../support/clock'
import { createHand, createRig } from '../support/rig'

async function withGroup(count: number, wrap?: (store: StreamStore) => StreamStore) {
  const rig = createRig({ ...(wrap && { wrap }) })
  const ids = Array.from({ length: count }, (_, index) => `stream-${index}`)
  for (const id of ids) await rig.streams.createStream({ id, owner: 'ada', group: 'chat' })
  await rig.streams.createStream({ id: 'other', owner: 'ada', group: 'another chat' })
  return { ...rig, ids }
}

describe('S31 the streams of a group', () => {
  it('are stopped, but for those that have ended', async () => {
    const { streams, clock, ids } = await withGroup(3)
    const hand = createHand()
    await streams.start('stream-0', hand.producer)
    await hand.append('Text.')
    const { finished } = await streams.start('stream-1', ({ append }) => append('done'))
    await clock.advance(1_000)
    await finished
    const stopping = streams.stopStreams({ group: 'chat' })
    await clock.advance(1_000)
    expect([...(await stopping)].sort()).toEqual(['stream-0', 'stream-2'])
    const statuses = await Promise.all(ids.map(async (id) => (await streams.getStreamBody(id)).status))
    expect(statuses).toEqual(['stopped', 'done', 'stopped'])
    expect(await streams.getStreamBody('other')).toMatchObject({ status: 'pending' })
    expect(await streams.stopStreams({ group: 'chat' })).toEqual([])
  })

  it('are deleted, however many there are, a few at a time', async () => {
    let open = 0
    let most = 0
    const counting = (store: StreamStore): StreamStore => ({
      ...store,
      async delete(id) {
        most = Math.max(most, ++open)
        await settled()
        open--
        return store.delete(id)
      },
    })
    const { streams, ids } = await withGroup(230, counting)
    expect([...(await streams.deleteStreams({ owner: 'ada', group: 'chat' }))].sort()).toEqual([...ids].sort())
    expect(await streams.list({ owner: 'ada' })).toMatchObject({ streams: [{ id: 'other' }] })
    expect(most).toBe(8)
  })

  it('are deleted but for one that fails, and a repeated call deletes that', async () => {
    let isBroken = true
    const failing = (store: StreamStore): StreamStore => ({
      ...store,
      delete: (id) =>
        isBroken && id === 'stream-1' ? Promise.reject(new Error('the disk is full')) : store.delete(id),
    })
    const { streams } = await withGroup(3, failing)
    await expect(streams.deleteStreams({ group: 'chat' })).rejects.toMatchObject({ code: 'store' })
    expect(await streams.list({ group: 'chat' })).toMatchObject({ streams: [{ id: 'stream-1' }] })
    isBroken = false
    expect(await streams.deleteStreams({ group: 'chat' })).toEqual(['stream-1'])
  })

  it('need an owner or a group, so that nobody deletes everything by mistake', async () => {
    const { streams } = createRig()
    for (const scope of [{}, { owner: undefined }, { group: '' }, { user: 'ada' }, undefined])
      for (const act of [streams.deleteStreams, streams.stopStreams])
        await expect(act(scope as never)).rejects.toBeInstanceOf(StreamServerError)
  })
})
