import { createStreamClient, keepstream } from '@keepstream/react'
import { cleanup } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFakeServer, type FakeServer } from './support/fake-server'
import { paint, pass, settled, stopTime } from './support/fake-time'
import { happens, modes, watchStream } from './support/watch-stream'

let server: FakeServer

stopTime()
beforeEach(() => {
  server = createFakeServer()
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const openPage = () => createStreamClient(keepstream({ url: '/streams', fetch: server.fetch }))

describe('rendering', () => {
  // Inside act() React puts off and joins what it would have rendered, so these count without it.
  it('happens once a frame, however many chunks come', async () => {
    const page = watchStream({ client: openPage(), id: 'a', driven: true })
    await happens()
    await happens(() => server.stream('a').write('begun '))
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', false)
    const count = page.results.length
    for (let frame = 0; frame < 10; frame++) {
      for (let chunk = 0; chunk < 20; chunk++) {
        server.stream('a').write('chunk ')
        await settled()
      }
      expect(page.results.length).toBe(count + frame)
      paint()
      await settled()
      expect(page.screen).toBe(server.stream('a').text)
      expect(page.results.length).toBe(count + frame + 1)
    }
    server.stream('a').close()
    await settled()
    expect(page.last.status).toBe('done')
    expect(page.results.length).toBe(count + 11)
  })

  it('happens every 100 ms in a tab that is never painted', async () => {
    vi.stubGlobal('requestAnimationFrame', () => 0)
    const page = watchStream({ client: openPage(), id: 'a', driven: true })
    await happens()
    await happens(() => server.stream('a').write('begun '))
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', false)
    const count = page.results.length
    for (let chunk = 0; chunk < 100; chunk++) {
      server.stream('a').write('chunk ')
      await settled()
      await vi.advanceTimersByTimeAsync(10)
    }
    await pass(100)
    expect(page.screen).toBe(server.stream('a').text)
    const renders = page.results.length - count
    expect(renders).toBeGreaterThanOrEqual(9)
    expect(renders).toBeLessThanOrEqual(11)
  })

  it('happens at once for the first text and for a change of status', async () => {
    const page = watchStream({ client: openPage(), id: 'a', driven: true })
    await happens()
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', false)
    const seen: [string, string][] = []
    const step = async (act: () => void) => {
      act()
      await settled()
      seen.push([page.screen, page.last.status])
    }
    await step(() => server.stream('a').write('first '))
    await step(() => server.stream('a').write('second '))
    await step(() => server.stream('a').close())
    expect(seen).toEqual([
      ['first ', 'streaming'],
      ['first ', 'streaming'],
      ['first second ', 'done'],
    ])
  })
})

describe.each(modes)('a component that renders again, $mode', ({ Mode }) => {
  it('is given the same result, and the same actions, while nothing changes', async () => {
    const client = openPage()
    const page = watchStream({ client, id: 'a', driven: true, initial: { text: '', status: 'pending' } }, Mode)
    await happens()
    await happens(() => server.stream('a').write('text '))
    await happens(paint)
    const before = page.last
    await happens(() => page.show({ initial: { text: '', status: 'pending' } }))
    expect(page.last).toBe(before)
    await happens(() => server.stream('a').ping())
    expect(page.last).toBe(before)

    await happens(() => server.stream('a').write('more'))
    await happens(paint)
    expect(page.last).not.toBe(before)
    expect(page.last.stop).toBe(before.stop)
    expect(page.last.retry).toBe(before.retry)
    const elsewhere = watchStream({ client, id: 'a' }, Mode)
    expect(elsewhere.last.stop).toBe(before.stop)
  })
})
