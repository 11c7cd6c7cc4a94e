import { initialStreamState, type TextStream } from '@keepstream/core'
import type { Fold } from '@keepstream/core/fold'
import fc from 'fast-check'
import { atom } from 'nanostores'

/** Folds the text of a stream that is listened to, piece by piece. */
export function follow<Value>(fold: Fold<Value>) {
  const $state = atom(initialStreamState())
  const hearing = new Set<(delta: string, offset: number) => void>()
  const onText = (listener: (delta: string, offset: number) => void) => {
    hearing.add(listener)
    return () => hearing.delete(listener)
  }
  const { $state: $folded } = fold.ofStream({ $state, onText } as unknown as TextStream)
  $folded.listen(() => {})
  /** The value once `delta` stands at `offset`, and nothing after it. */
  const replace = (offset: number, delta: string): Value => {
    $state.set(initialStreamState({ text: $state.get().text.slice(0, offset) + delta, status: 'streaming' }))
    for (const listener of hearing) listener(delta, offset)
    return $folded.get().value
  }
  return {
    replace,
    /** The value after more text. */
    push: (delta: string) => replace($state.get().text.length, delta),
    /** The value once nothing is added any more. */
    end(): Value {
      $state.set(initialStreamState({ text: $state.get().text, status: 'done' }))
      return $folded.get().value
    },
  }
}

/** A text in pieces of 1 to `maxLength` code units. */
export function cuts(text: fc.Arbitrary<string>, maxLength = 9): fc.Arbitrary<readonly string[]> {
  const sizes = fc.array(fc.integer({ min: 1, max: maxLength }), { minLength: 1, maxLength: 12 })
  return fc.tuple(text, sizes).map(([whole, lengths]) => {
    const pieces: string[] = []
    for (let at = 0; at < whole.length; ) {
      const length = lengths[pieces.length % lengths.length] ?? 1
      pieces.push(whole.slice(at, at + length))
      at += length
    }
    return pieces
  })
}
