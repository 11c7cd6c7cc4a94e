import type { StreamStatus } from '@keepstream/core'
import type { openChannel, Writer } from './faulty-channel'
import { FRAMED, framed } from './wire'

/** The next step of a connection. In framed text, `again` adds bytes and `skip` loses some. */
export type Act =
  | ('more' | 'ping' | 'again' | 'skip' | 'garbage' | 'hold' | 'release')
  | ('drop' | 'truncate' | 'end' | 'lose-end')

/** What a server knows of its stream. */
export interface World {
  /** Each epoch, with its base and all of its text. */
  readonly epochs: readonly { readonly base: number; readonly text: string }[]
  readonly produced: number
  readonly durable: number
  readonly status: StreamStatus
  readonly isOver: boolean
}

interface LineOptions {
  readonly isDriver: boolean
  /** Where the text of this response starts. */
  readonly position: number
  readonly channel: ReturnType<typeof openChannel>
  readonly write: Writer
  /** Something on the way changes the bytes. */
  changed(): void
}

/** One response of the server, which writes what the test asks for. */
export function createLine(world: World, { isDriver, position, channel, write, changed }: LineOptions) {
  const isFramed = write.type === FRAMED
  let epoch = world.epochs.length
  /** What was reported last, but for the offset. */
  let reported = ''

  const text = () => world.epochs.at(-1)?.text ?? ''
  const base = () => world.epochs.at(-1)?.base ?? 0
  const end = () => (isDriver ? world.produced : world.durable)

  /** Reports the status. The server does so when something of it has changed. */
  function tell(upToDate: boolean, cut = 0) {
    const status = world.status === 'pending' ? 'pending' : 'streaming'
    const facts = { status, epoch: world.epochs.length, base: base(), upToDate }
    if (isFramed && reported === JSON.stringify(facts)) return
    reported = JSON.stringify(facts)
    channel.send(write.status({ ...facts, offset: world.durable }, position), cut)
  }

  function send(from: number, to: number, cut: number) {
    channel.send(write.text(text().slice(from, to), epoch, to), cut)
  }

  function more(length: number, cut: number) {
    if (position >= end()) return
    if (isFramed) tell(position >= world.durable, cut)
    const to = wholeEnd(text(), Math.min(end(), position + length), write)
    send(position, to, cut)
    position = to
    if (to === end()) tell(true, cut)
  }

  /** A raw channel has nothing but its text: it cannot repeat, skip, or send anything else. */
  function actRaw(what: Act, length: number, cut: number) {
    if (what === 'end' && world.isOver) return finish()
    if (what !== 'more') return
    let to = Math.min(end(), position + length)
    if (isSplit(text(), to)) to += to < end() ? 1 : -1
    if (to > position) send(position, to, cut)
    position = Math.max(position, to)
  }

  /** Something on the way changes bytes of framed text, and the frame after them shows it. */
  function change(parts: readonly Uint8Array[], to = position) {
    // The frame has to come with the bytes: nothing else shows the change.
    if (!channel.isClear) return
    changed()
    for (const part of parts) channel.send(part)
    position = to
    reported = ''
    tell(position >= world.durable)
  }

  /** If the client knows the end from `stop()`, it may end with text that was changed before it: a gap in SPEC.md. */
  function actFramed(what: Act, length: number) {
    if (what === 'garbage') {
      const kinds = world.isOver ? broken : [...broken, unframed]
      change(kinds[length % kinds.length]?.(position) ?? [])
    } else if (world.isOver) return
    else if (what === 'again' && position) {
      const from = Math.max(0, position - length)
      change([framed.text(text().slice(isSplit(text(), from) ? from - 1 : from, position))])
    } else if (what === 'skip') {
      const from = wholeEnd(text(), position + 1, write)
      const to = wholeEnd(text(), Math.min(end(), from + length), write)
      if (from < to) change([framed.text(text().slice(from, to))], to)
    }
  }

  function actEvents(what: Act, length: number, cut: number) {
    if (what === 'garbage') channel.send(framed.text('id: 1.4\ndata: {"no\n\n'))
    else if (what === 'again' && position) send(Math.max(0, position - length), position, cut)
    else if (what === 'skip' && position + 1 < end()) send(position + 1, Math.min(end(), position + 1 + length), cut)
  }

  /** What was kept back arrives, and the connection ends. */
  function finish(last: Uint8Array = new Uint8Array(), cut = 0) {
    channel.send(last, cut)
    channel.close()
  }

  /** @param cut where the bytes are divided: see `send` of the channel */
  function act(what: Act, length: number, cut: number) {
    if (what === 'drop') return channel.cut()
    if (what === 'hold') return channel.hold()
    // Otherwise the body ends in the middle of a frame or of a character.
    if (what === 'release' || what === 'end' || (what === 'truncate' && length % 2)) channel.release()
    if (what === 'truncate') return channel.close()
    if (what === 'release') return
    if (write.isRaw) return actRaw(what, length, cut)
    if (epoch < world.epochs.length) {
      // A server of events may go back. Before framed text, what was durable stays as it was read.
      if (!isFramed) position = epoch === world.epochs.length - 1 ? Math.min(position, base()) : 0
      epoch = world.epochs.length
      tell(position >= world.durable, cut)
    }
    const isWhole = world.isOver && position >= world.durable
    const last = () => write.end(world.status, epoch, world.durable)
    if (what === 'ping') channel.send(write.keepAlive, cut)
    else if (what === 'more') more(length, cut)
    // The process of a driver that is ahead was declared dead, so it has no end to report.
    else if (what === 'end' && isWhole && isFramed && position > world.durable) channel.cut()
    else if (what === 'end' && isWhole) finish(last())
    // Some of the end may arrive.
    else if (what === 'lose-end' && world.isOver) finish(isWhole ? last().slice(0, -1) : undefined, cut)
    else if (isFramed) actFramed(what, length)
    else actEvents(what, length, cut)
  }

  if (!write.isRaw) tell(position >= world.durable)
  return { isDriver, channel, act }
}

type Garbage = (position: number) => Uint8Array[]

/** What is no framed text at once. */
const broken: readonly Garbage[] = [() => [Uint8Array.of(0xc3, 0x28)], () => [Uint8Array.of(0xff, 0x7b, 0xff)]]

/** The first border of a frame is lost, so its content looks like text, and the text after it like a frame. */
const unframed: Garbage = (position) => [framed.grows(position).slice(1), framed.text('text'), framed.mark]

function isSplit(text: string, at: number): boolean {
  return /[\uD800-\uDBFF]/.test(text[at - 1] ?? '')
}

/** Bytes carry no half of a character of two code units. Events can, as JSON does. */
export function wholeEnd(text: string, at: number, { carriesHalves }: Pick<Writer, 'carriesHalves'>): number {
  return !carriesHalves && isSplit(text, at) ? at + 1 : at
}
