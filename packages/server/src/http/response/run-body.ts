import { StreamsError } from '../../errors'
import { maxChunk } from '../../reading/store-reader'
import type { Run } from '../../run/run'
import type { Runtime } from '../../runtime'
import { encode } from './encode'
import type { BodySource } from './response-body'
import { endFrame, keepAliveFrame, statusFrame, textFrame } from './sse-frames'

export interface RunBodyOptions {
  /** `true`: events. `false`: raw text. */
  readonly isSse: boolean
  /** Where the reader is. Never inside a surrogate pair. */
  readonly position: number
  /** `next` may return more now. */
  readonly wake: () => void
  /** Called every `keepAliveMs`, only for events. */
  readonly tick?: () => void
}

/** The text of a run as it is produced in this process. No other body may be ahead of the store (P5). */
export function runBody({ hub }: Runtime, run: Run, options: RunBodyOptions): BodySource {
  const { id, epoch, base, log } = run
  const { isSse, wake, tick } = options
  let { position } = options
  let lastUpToDate: boolean | undefined
  let isKeepAliveDue = false
  let hasEnded = false
  const unsubscribe = run.subscribe(wake)
  const stopTicks = isSse
    ? hub.subscribe(id, {
        wake: () => undefined,
        tick() {
          isKeepAliveDue = true
          wake()
          tick?.()
        },
      })
    : undefined

  return {
    next() {
      const { state } = run
      if (hasEnded) return 'end'
      const text = log.read(position, maxChunk, state.type === 'closed' ? state.offset : undefined)
      if (text !== '') return chunk(text)
      if (state.type === 'closed') return ended(state.offset)
      if (state.type === 'fenced') throw new StreamsError('store', 'the stream is no longer produced here; follow it')
      if (state.type === 'closing' && state.isOverdue)
        throw new StreamsError('store', 'the end is not stored yet; follow it')
      const frames = status() + (isKeepAliveDue ? keepAliveFrame : '')
      isKeepAliveDue = false
      return isSse && frames !== '' ? encode(frames) : undefined
    },
    release() {
      unsubscribe()
      stopTicks?.()
    },
  }

  function chunk(text: string): Uint8Array {
    const before = isSse ? status() : ''
    position += text.length
    isKeepAliveDue = false
    return encode(isSse ? before + textFrame(epoch, position, text) + status() : text)
  }

  function ended(offset: number): Uint8Array | 'end' {
    if (!isSse || run.state.type !== 'closed') return 'end'
    hasEnded = true
    return encode(status() + endFrame(epoch, { ...run.state.ending, offset }))
  }

  function status(): string {
    const upToDate = lastUpToDate || position >= log.length
    if (lastUpToDate === upToDate) return ''
    lastUpToDate = upToDate
    return statusFrame({ status: 'streaming', offset: log.length, epoch, base, upToDate })
  }
}
