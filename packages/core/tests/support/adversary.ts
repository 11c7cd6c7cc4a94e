import type { StreamStatus, TerminalStatus } from '@keepstream/core'
import { fakeFetch, json, openBody } from './fake-fetch'
import { SSE, wire } from './wire'

/** The fault of the next request, instead of a response. */
export type Refusal =
  | (401 | 404 | 409 | 429 | 500 | 503)
  | ('network' | 'hang' | 'html' | 'empty' | 'stale' | 'foreign' | 'redirect' | 'hold')

/** The next step of a connection. */
export type Act = 'more' | 'again' | 'skip' | 'garbage' | 'ping' | 'drop' | 'truncate' | 'end' | 'lose-end'

interface Line {
  readonly isDriver: boolean
  /** Data that is held back until the connection ends. */
  held: (() => void)[] | undefined
  readonly body: ReturnType<typeof openBody>
  epoch: number
  position: number
}

/**
 * A server that is reported what to do wrong. It speaks Keepstream's wire, or (`isPlain`) what another backend may: raw text
 * to the driver, and the whole body as JSON to everybody else, without epochs.
 */
export function createAdversary(text: string, isPlain: boolean) {
  const epochs = [{ base: 0, text }]
  let produced = 0
  let durable = 0
  let status: StreamStatus = 'pending'
  let drives = 0
  let stale: { text: string; status: StreamStatus } | undefined
  const refusals: Refusal[] = []
  const hung = new Set<(error: unknown) => void>()
  let lines: Line[] = []

  const epoch = () => epochs.at(-1) as (typeof epochs)[number]
  const isOver = () => status !== 'pending' && status !== 'streaming'
  const grows = (offset: number, upToDate: boolean) =>
    wire.status({
      status: status === 'pending' ? 'pending' : 'streaming',
      offset,
      epoch: epochs.length,
      base: epoch().base,
      upToDate,
    })

  function refuse(refusal: Refusal, signal: AbortSignal | null | undefined): Response | Promise<Response> | undefined {
    if (typeof refusal === 'number') {
      const headers: HeadersInit = refusal === 429 || refusal === 503 ? { 'retry-after': '1' } : {}
      return json({ code: 'in a test', message: 'in a test' }, { status: refusal, headers })
    }
    if (refusal === 'foreign')
      return new Response('<h1>No backend', { status: 404, headers: { 'content-type': 'text/html' } })
    if (refusal === 'redirect') return new Response(null, { status: 302, headers: { location: '/login' } })
    if (refusal === 'network') return Promise.reject(new TypeError('Load failed'))
    if (refusal === 'hang') {
      return new Promise((_, reject) => {
        hung.add(reject)
        signal?.addEventListener('abort', () => reject(signal.reason))
      })
    }
    if (refusal === 'html') return new Response('<h1>', { headers: { 'content-type': 'text/html' } })
    if (refusal === 'empty') return new Response('', { headers: { 'content-type': isPlain ? 'text/plain' : SSE } })
    return undefined
  }

  const fetch = fakeFetch(({ url, method, init, headers }) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost')
    const isDriver = pathname.endsWith('/drive')
    if (isDriver) drives++
    const refusal = refusals.shift()
    const refused = refusal && refuse(refusal, init.signal)
    if (refused) return refused
    if (pathname.endsWith('/stop')) {
      if (status === 'pending') world.close('stopped')
      return json({ status, offset: durable, epoch: epochs.length })
    }
    const offset = Number(searchParams.get('offset') ?? 0)
    const known = Number(searchParams.get('epoch') ?? epochs.length)
    if (isPlain && method === 'GET') {
      const now = { offset: 0, text: epoch().text.slice(0, durable), status }
      const answer = refusal === 'stale' ? (stale ?? now) : now
      stale = now
      return json(answer)
    }
    if (isDriver && isPlain && status !== 'pending') return new Response(null, { status: 205 })
    if (known < epochs.length && known === epochs.length - 1 && epoch().base < offset)
      return json({ code: 'diverged', message: 'cut', offset: epoch().base, epoch: epochs.length }, { status: 409 })
    if (headers.get('accept') === 'application/json') {
      const start = known < epochs.length - 1 ? 0 : Math.min(offset, durable)
      const text = epoch().text.slice(start, durable)
      return json({ offset: start, text, status, epoch: epochs.length, base: epoch().base, upToDate: true })
    }
    if (isDriver && status === 'pending') status = 'streaming'
    const body = openBody(isPlain ? 'text/plain' : SSE, { init })
    const position = isDriver || known < epochs.length - 1 ? 0 : Math.min(offset, isDriver ? produced : durable)
    const line: Line = { isDriver, body, epoch: epochs.length, position, held: undefined }
    lines.push(line)
    if (refusal === 'hold') line.held = []
    if (!isPlain) send(line, grows(durable, position >= durable))
    return body.response
  })

  function send(line: Line, part: string) {
    if (line.held) line.held.push(() => line.body.send(part))
    else line.body.send(part)
  }

  function release(line: Line) {
    const { held = [] } = line
    line.held = undefined
    for (const pass of held) pass()
  }

  const open = () => {
    lines = lines.filter(({ body }) => !body.isOver)
    return lines
  }

  const world = {
    fetch,
    refusals,
    epochs,
    get drives() {
      return drives
    },
    get durable() {
      return durable
    },
    get status() {
      return status
    },
    get isOver() {
      return isOver()
    },
    /** Connections whose response is still read. */
    get open() {
      return open().length
    },
    produce(share: number) {
      if (status !== 'streaming') return
      produced += Math.ceil((epoch().text.length - produced) * share)
    },
    persist(share: number) {
      durable += isOver() ? 0 : Math.ceil((produced - durable) * share)
    },
    /** The process dies with its driver and its unstored text. Another one writes other text from there. */
    restart(fresh: string) {
      if (status !== 'streaming' || epochs.length > 3) return
      epochs.push({ base: durable, text: epoch().text.slice(0, durable) + fresh })
      produced = durable
      for (const { body, isDriver } of open()) if (isDriver) body.cut()
    },
    close(as: TerminalStatus) {
      if (isOver() || (status === 'pending' && as !== 'stopped')) return
      if (as === 'done') produced = epoch().text.length
      if (as !== 'timeout') durable = produced
      epoch().text = epoch().text.slice(0, as === 'done' ? undefined : produced)
      status = as
    },
    /** Lets one of the open connections do something. */
    act(which: number, what: Act, length: number) {
      const line = open()[which % Math.max(1, open().length)]
      if (!line) return
      const { body, isDriver } = line
      const end = isDriver ? produced : durable
      if (what === 'drop') return body.cut()
      if (what === 'truncate' || what === 'end') release(line)
      if (what === 'truncate') return body.close()
      if (isPlain) {
        // A raw channel has nothing but its text: it cannot repeat, skip, or send anything else.
        if (what === 'end' && isOver()) return body.close()
        if (what !== 'more') return
        // Bytes cannot carry half of a character of two code units.
        const text = epoch().text
        let next = Math.min(end, line.position + length)
        if (/[\uD800-\uDBFF]/.test(text[next - 1] ?? '')) next = next < end ? next + 1 : next - 1
        if (next > line.position) send(line, epoch().text.slice(line.position, next))
        line.position = Math.max(line.position, next)
        return
      }
      if (line.epoch < epochs.length) {
        line.position = line.epoch === epochs.length - 1 ? Math.min(line.position, epoch().base) : 0
        line.epoch = epochs.length
        send(line, grows(durable, line.position >= durable))
      }
      const tell = (from: number, to: number) => send(line, wire.text(to, epoch().text.slice(from, to), line.epoch))
      if (what === 'ping') send(line, wire.keepAlive)
      else if (what === 'garbage') send(line, 'id: 1.4\ndata: {"no\n\n')
      else if (what === 'again' && line.position) tell(Math.max(0, line.position - length), line.position)
      else if (what === 'skip' && line.position + 1 < end)
        tell(line.position + 1, Math.min(end, line.position + 1 + length))
      else if (what === 'more' && line.position < end) {
        const next = Math.min(end, line.position + length)
        tell(line.position, next)
        line.position = next
        if (next === end) send(line, grows(durable, true))
      } else if (what === 'end' && isOver() && line.position >= durable) {
        body.send(wire.end(durable, status, undefined, epochs.length))
        body.close()
      } else if (what === 'lose-end' && isOver()) body.close()
    },
    /** The faults stop: nothing is refused any more, and hanging connections break. */
    heal() {
      refusals.length = 0
      for (const reject of hung) reject(new TypeError('reset'))
      hung.clear()
      for (const line of open()) release(line)
    },
    /** Everything that is there, to everybody. */
    deliverAll() {
      for (let turn = open().length; turn > 0; turn--) {
        const index = turn - 1
        world.act(index, 'more', Number.MAX_SAFE_INTEGER)
        world.act(index, 'end', 0)
      }
    },
  }
  return world
}
