import type { ReadableAtom } from 'nanostores'
import type { AttachOptions, TextStream } from '../client/client-types'
import type { StreamState } from '../types'

/** The state of a stream, and what a fold makes of its text. The text and the value always belong together. */
export type FoldedState<Value> = StreamState & { readonly value: Value }

/** A stream whose state has a `value` too. Everything else is that of the stream itself. */
export interface FoldedStream<Value> extends TextStream {
  readonly $state: ReadableAtom<FoldedState<Value>>
  subscribe(listener: (state: FoldedState<Value>) => void, options?: AttachOptions): () => void
}

/** Makes a value of a text as it grows. Create it once, outside of components, with `createFold` or a function such as `lines`. */
export interface Fold<Value> {
  /** The stream with its value. The same stream gives the same result. */
  ofStream(stream: TextStream): FoldedStream<Value>
  /** The state with the value of its text. */
  ofState(state: StreamState): FoldedState<Value>
  /** The value of a text. `isWhole`: nothing is added to the text any more. @default true */
  ofText(text: string, isWhole?: boolean): Value
}

/**
 * How a fold makes its value. All functions must be pure: they never change a state, a value or a part of one that they got or
 * returned before.
 */
export interface FoldRules<Value, State> {
  /** The state before any text. */
  readonly initial: State
  /**
   * The state after more text. It must not matter where the text was cut, which may be inside a surrogate pair. The work of all calls
   * together should be proportional to the text.
   */
  push(state: State, delta: string): State
  /**
   * What a screen shows. Called when the state is published, not for each chunk. What did not change must be the same object as
   * before, so that a framework renders only what is new.
   *
   * @param isWhole the stream has ended, so nothing is added any more
   */
  value(state: State, isWhole: boolean): Value
}
