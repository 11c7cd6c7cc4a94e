import { StreamServerError } from '../../errors'
import { encodeText } from '../../reading/chunk-of'
import type { Encoder } from './encoder'
import { nothing } from './utf-8'

/** Plain text. It has no room for a status, so only a text that is whole ends. Everything else fails. */
export function rawEncoder(): Encoder {
  let epoch: number | undefined
  return {
    isRaw: true,
    keepAlive: nothing,
    encode(step) {
      if (step.type === 'gone') throw new StreamServerError('not-found', 'the stream was deleted')
      epoch ??= step.head?.epoch
      // It cannot report either that the text before this point may be different now.
      if (step.head && step.head.epoch !== epoch) throw new StreamServerError('store', 'the stream was resumed')
      if (step.type === 'end') return undefined
      return step.type === 'text' ? encodeText(step.text) : nothing
    },
  }
}
