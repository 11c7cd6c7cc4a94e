import { createStreamClient, keepstream, useStream } from '@keepstream/react'
import { memo, startTransition, useDeferredValue, useLayoutEffect, useState } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { StatusProps } from '../../../tests/bindings/driver'
import { createKit } from '../../../tests/bindings/kit'
import { stopTime } from '../../../tests/bindings/support/fake-time'
import { modes } from './support/modes'
import { renderPage } from './support/render-page'

/** Declared here, since all of Node's types would let the sources use them too. */
declare function setImmediate(callback: () => void): void

stopTime()

const ROWS = ['one', 'two', 'three', 'four', 'five']
const ROW_MS = 6
/** Longer than all rows take, also in StrictMode, which renders each twice. */
const THROTTLE_MS = 100

/** How much time rendering has taken. React asks this clock whether to let the browser go on. */
let renderMs = 0
let passedMs = 0
beforeEach(() => {
  renderMs = passedMs = 0
  vi.spyOn(performance, 'now').mockImplementation(() => Date.now() + renderMs - passedMs)
})
afterEach(() => vi.restoreAllMocks())

/** One turn of the event loop, in which React renders one row. Then the time that this took has passed, or 2 ms. */
async function turn() {
  await new Promise<void>((resolve) => setImmediate(resolve))
  const ms = Math.max(2, renderMs - passedMs)
  passedMs = renderMs
  vi.advanceTimersByTime(ms)
  return ms
}

describe.each(modes)('a page that takes 30 ms to render in the background, $mode', ({ Mode, driver }) => {
  it.each([
    ['startTransition', Searching],
    ['useDeferredValue', Deferring],
  ])('commits that (%s) while text keeps coming, with `throttleMs`', async (_, Page) => {
    const { server, happens } = createKit(driver)
    const client = createStreamClient({
      ...keepstream({ url: '/streams', fetch: server.fetch }),
      throttleMs: THROTTLE_MS,
    })
    const commits: { text: string; rows: string }[] = []
    let search = () => {}
    renderPage(
      <Mode>
        <Page
          client={client}
          onCommit={(text, rows) => void commits.push({ text, rows })}
          onSearch={(change) => {
            search = change
          }}
        />
      </Mode>,
    )
    await happens()
    await happens(() => server.stream('a').write('first '))

    search()
    const before = commits.splice(0).at(-1)
    for (let ms = 0; ms < 1000; ms += await turn()) server.stream('a').write('word ')
    // The text was published all that time.
    expect(new Set(commits.map(({ text }) => text)).size).toBeGreaterThan(5)
    // Text that comes while React renders in the background makes it begin again. Here that happens once or twice.
    const texts = new Set<string>()
    for (const { text, rows } of commits) {
      if (rows !== before?.rows) break
      texts.add(text)
    }
    expect(texts.size).toBeLessThan(3)
    await happens(() => server.stream('a').close())
    expect(commits.at(-1)?.text).toBe(server.stream('a').text)
  })
})

interface PageProps extends Pick<StatusProps, 'client'> {
  /** The text of the answer, and what the rows show. */
  readonly onCommit: (text: string, rows: string) => void
  readonly onSearch: (search: () => void) => void
}

/** An answer above a list that is rendered in a transition. */
function Searching({ client, onCommit, onSearch }: PageProps) {
  const { text } = useStream('a', { client, start: true })
  const [query, setQuery] = useState('old')
  onSearch(() => startTransition(() => setQuery('new')))
  useLayoutEffect(() => onCommit(text, query))
  return <Rows content={query} />
}

/** An answer, and beside it a view of it that is slow to render. */
function Deferring({ client, onCommit }: PageProps) {
  const { text } = useStream('a', { client, start: true })
  const deferred = useDeferredValue(text)
  useLayoutEffect(() => onCommit(text, deferred))
  return <Rows content={deferred} />
}

const Rows = memo(({ content }: { content: string }) => {
  return ROWS.map((row) => <Row key={row} content={content} />)
})

function Row({ content }: { content: string }) {
  renderMs += ROW_MS
  return <p>{content}</p>
}
