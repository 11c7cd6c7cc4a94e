import type { FlushOptions } from '../options/create-streams-options'

/** When the next slice is due. It reads no clock: the caller passes the time. */
export interface FlushSchedule {
  /** The length of the text since the last slice began. */
  readonly waiting: number
  grew(text: string, now: number): void
  /** A slice begins: everything so far is being written now. */
  began(now: number): void
  /** The time from `now` until a slice is due, in milliseconds. 0: at once. `Infinity`: never. */
  dueInMs(now: number): number
}

export function createFlushSchedule(options: Required<FlushOptions>): FlushSchedule {
  const { sentenceMs, intervalMs, maxLength, sentenceEnd, atOnce } = options
  let waiting = 0
  let waitingSince = 0
  let hasSentence = false
  let isUrgent = false
  let beganAt = -Infinity

  return {
    get waiting() {
      return waiting
    },
    grew(text, now) {
      if (waiting === 0) waitingSince = now
      waiting += text.length
      hasSentence ||= sentenceEnd.test(text)
      isUrgent ||= atOnce.test(text)
    },
    began(now) {
      beganAt = now
      waiting = 0
      hasSentence = false
      isUrgent = false
    },
    dueInMs(now) {
      if (waiting === 0) return Infinity
      if (isUrgent || waiting >= maxLength) return 0
      const byTime = waitingSince + intervalMs - now
      const bySentence = hasSentence ? beganAt + sentenceMs - now : Infinity
      return Math.max(0, Math.min(byTime, bySentence))
    },
  }
}
