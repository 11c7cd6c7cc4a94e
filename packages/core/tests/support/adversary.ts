import type { StreamStatus, TerminalStatus } from '@keepstream/core'
import { fakeFetch, json } from './fake-fetch'
import { eventWriter, framedWriter, openChannel, rawWriter, transcoded } from './faulty-channel'
import { type Act, createLine, type World, wholeEnd } from './faulty-line'
import { FRAMED } from './wire'

/**
 * What a server speaks.
 *
 * - `framed`: what Keepstream's server speaks. It sends framed text, or events to a client that asks for them.
 * - `events`: a Keepstream server that knows only events.
 * - `plain`: what another backend may speak: raw text to the driver, and the whole body as JSON to everybody else, without
 *   epochs.
 */
export type Speech = 'framed' | 'events' | 'plain'

/** The fault of the next request, instead of a response or of its bytes. */
export type Refusal =
  | (401 | 404 | 409 | 429 | 500 | 503)
  | ('network' | 'hang' | 'html' | 'empty' | 'stale' | 'foreign' | 'redirect' | 'hold' | 'transcode')

/** A server that does wrong what a test asks for, and the network before it. */
export function createAdversary(text: string, speech: Speech) {
  const isPlain = speech === 'plain'
  const isFramed = speech === 'framed'
  const epochs = [{ base: 0, text }]
  let produced = 0
  let durable = 0
  let status: StreamStatus = 'pending'
  let drives = 0
  let changes = 0
  let blocked = 0
  const served = { framed: 0, events: 0, raw: 0 }
  let stale: { text: string; status: StreamStatus } | undefined
  const refusals: Refusal[] = []
  const hung = new Set<(error: unknown) => void>()
  let lines: ReturnType<typeof createLine>[] = []

  const epoch = () => epochs.at(-1) as (typeof epochs)[number]
  const whole = (at: number) => wholeEnd(epoch().text, at, { carriesHalves: !isFramed })
  const known: World = {
    epochs,
    get produced() {
      return produced
    },
    get durable() {
      return durable
    },
    get status() {
      return status
    },
    get isOver() {
      return status !== 'pending' && status !== 'streaming'
    },
  }

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
    return undefined
  }

  /** The stored text in one response. */
  function snapshot(start: number, refusal?: Refusal) {
    const now = { text: epoch().text.slice(start, durable), status }
    const shown = isPlain && refusal === 'stale' ? (stale ?? now) : now
    stale = now
    return json({ offset: start, ...shown, ...(!isPlain && { ...origin(), upToDate: true }) })
  }
  const origin = () => ({ epoch: epochs.length, base: epoch().base })

  const fetch = fakeFetch(({ url, init, headers }) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost')
    const accept = headers.get('accept') ?? ''
    const isDriver = pathname.endsWith('/drive')
    if (isDriver) drives++
    const refusal = refusals.shift()
    const refused = refusal && refuse(refusal, init.signal)
    if (refused) return refused
    if (pathname.endsWith('/stop')) {
      if (status === 'pending') world.close('stopped')
      return json({ status, offset: durable, epoch: epochs.length })
    }
    const form = isPlain ? 'raw' : isFramed && accept.includes(FRAMED) ? 'framed' : 'events'
    const write = form === 'raw' ? rawWriter : form === 'framed' ? framedWriter() : eventWriter
    if (refusal === 'empty') return new Response('', { headers: { 'content-type': write.type } })
    if (isPlain && !isDriver) return snapshot(0, refusal)
    if (isDriver && isPlain && status !== 'pending') return new Response(null, { status: 205 })

    const offset = Number(searchParams.get('offset') ?? 0)
    const behind = epochs.length - Number(searchParams.get('epoch') ?? epochs.length)
    // A drive joins where its text is surely this text. A server of events sends it all.
    const joins = isDriver && isFramed
    if (!joins && behind === 1 && epoch().base < offset)
      return json({ code: 'diverged', message: 'cut', offset: epoch().base, epoch: epochs.length }, { status: 409 })
    if (accept === 'application/json') return snapshot(behind > 1 ? 0 : Math.min(offset, durable))
    if (isDriver && status === 'pending') status = 'streaming'
    const shared = behind > 1 || (isDriver && !joins) ? 0 : behind ? epoch().base : isDriver ? produced : durable
    const channel = openChannel(write.type, init, refusal === 'transcode' ? transcoded : undefined)
    if (refusal === 'hold') channel.hold()
    if (refusal === 'hold' || refusal === 'transcode') blocked++
    const changed = () => changes++
    lines.push(createLine(known, { isDriver, position: Math.min(offset, shared), channel, write, changed }))
    served[form]++
    return channel.response
  })

  const open = () => {
    lines = lines.filter(({ channel }) => !channel.isOver)
    return lines
  }

  const world = {
    fetch,
    refusals,
    epochs,
    /** How many channels of each form were opened. */
    served,
    get drives() {
      return drives
    },
    /** How often something on the way has changed framed text. */
    get changes() {
      return changes
    },
    /** How often framed text did not get through. */
    get obstacles() {
      return changes + blocked
    },
    get durable() {
      return durable
    },
    get status() {
      return status
    },
    /** Connections whose response is still read. */
    get open() {
      return open().length
    },
    produce(share: number) {
      if (status !== 'streaming') return
      produced = whole(produced + Math.ceil((epoch().text.length - produced) * share))
    },
    persist(share: number) {
      if (!known.isOver) durable = whole(durable + Math.ceil((produced - durable) * share))
    },
    /** The process dies with its driver and its unstored text. Another one writes other text from there. */
    restart(fresh: string) {
      if (status !== 'streaming' || epochs.length > 3) return
      epochs.push({ base: durable, text: epoch().text.slice(0, durable) + fresh })
      produced = durable
      for (const { channel, isDriver } of open()) if (isDriver) channel.cut()
    },
    close(as: TerminalStatus) {
      if (known.isOver || (status === 'pending' && as !== 'stopped')) return
      if (as === 'done') produced = epoch().text.length
      if (as !== 'timeout') durable = produced
      epoch().text = epoch().text.slice(0, as === 'done' ? undefined : produced)
      status = as
    },
    /** Lets one of the open connections do something. `cut` divides what it sends. */
    act(which: number, what: Act, length: number, cut = 0) {
      open()[which % Math.max(1, open().length)]?.act(what, length, cut)
    },
    /** The faults stop: nothing is refused any more, hanging connections break, and what was kept back arrives. */
    heal() {
      refusals.length = 0
      for (const reject of hung) reject(new TypeError('reset'))
      hung.clear()
      for (const { channel } of open()) channel.release()
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
