import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Framework } from '../gates/extract-examples.mjs'
import { mountChat } from './support/mount-chat'
import { type ChatServer, serveChats } from './support/serve-chats'

const frameworks: Framework[] = ['react', 'vue', 'svelte', 'solid']
const beginning = 'The first words, 日本語. '
const end = 'And the last ones 🙂.'

describe.each(frameworks)('the example of docs/%s.md', (framework) => {
  let server: ChatServer
  let target: HTMLElement
  let leave: () => unknown
  /** Lets the answer be finished. */
  let finish: () => void
  const report = vi.fn()

  beforeEach(async () => {
    server = await serveChats()
    const nodeFetch = fetch
    vi.stubGlobal('fetch', (url: string, init: RequestInit) => nodeFetch(new URL(url, server.url), init))
    // happy-dom lacks `reportError`, which every browser has.
    vi.stubGlobal('reportError', report)
    const finished = new Promise<void>((resolve) => {
      finish = resolve
    })
    server.produce = async function* () {
      yield beginning
      await finished
      yield end
    }
    await open()
  })

  afterEach(async () => {
    leave()
    finish()
    await server.close()
    vi.unstubAllGlobals()
    location.hash = ''
    expect(report).not.toHaveBeenCalled()
  })

  async function open() {
    vi.resetModules()
    target = document.createElement('div')
    document.body.replaceChildren(target)
    leave = await mountChat[framework](target)
  }

  async function ask() {
    await shows('Nothing was asked yet.')
    const input = target.querySelector('input')
    if (!input) throw new Error('there is no field for the question')
    input.value = 'A question'
    input.dispatchEvent(new Event('input', { bubbles: true }))
    press('Ask')
  }

  const shows = (...texts: string[]) =>
    vi.waitFor(() => {
      for (const text of texts) expect(target.textContent).toContain(text)
    }, 20_000)

  function press(name: string) {
    const button = [...target.querySelectorAll('button')].find(({ textContent }) => textContent?.trim() === name)
    if (!button) throw new Error(`there is no button ${name}`)
    button.click()
  }

  const answer = () => target.querySelector('article > p')?.textContent
  const counted = (path: RegExp) => server.requests.filter((request) => path.test(request)).length

  it('asks, shows the answer while it is written, and ends with the whole answer', async () => {
    await ask()
    await shows(beginning, 'streaming, live')
    expect(target.querySelector('article')?.getAttribute('aria-busy')).toBe('true')
    finish()
    await shows('done, closed')
    expect(answer()).toBe(beginning + end)
    expect(counted(/^POST .*\/drive$/)).toBe(1)
    expect(counted(/^GET /)).toBe(0)
    expect(target.querySelector('[role=alert]')).toBeNull()
  })

  it('continues after a reload mid-answer, and generates the answer once', async () => {
    await ask()
    await shows(beginning)
    leave()
    await open()
    await shows(beginning, 'streaming')
    finish()
    await shows('done, closed')
    expect(answer()).toBe(beginning + end)
    // The reloaded page drives again and joins the running generation.
    expect([server.runs, counted(/^POST .*\/drive$/), counted(/^GET /)]).toEqual([1, 2, 0])
  })

  it('stops an answer, and keeps the text so far', async () => {
    await ask()
    await shows(beginning)
    press('Stop')
    await shows('stopped, closed')
    expect(answer()).toBe(beginning)
    expect(target.querySelectorAll('footer button')).toHaveLength(0)
  })

  it('reports a failed answer, and offers to ask again', async () => {
    const { produce } = server
    server.produce = async function* () {
      yield beginning
      throw new Error('out of words')
    }
    await ask()
    await shows('error, closed', 'The answer broke off.')
    expect(answer()).toBe(beginning)
    expect([...target.querySelectorAll('article button')].map((button) => button.textContent)).toEqual(['Ask again'])
    server.produce = produce
    press('Ask again')
    await shows(beginning, 'streaming, live')
    finish()
    await shows('done, closed')
    expect(answer()).toBe(beginning + end)
    expect(server.runs).toBe(2)
  })

  it('reports why it cannot read, and tries again when the user clicks the button', async () => {
    server.isForbidden = true
    await ask()
    await shows('Try again', 'failed')
    server.isForbidden = false
    press('Try again')
    finish()
    await shows('done, closed')
    expect(answer()).toBe(beginning + end)
  })
})
