import type { StreamHead } from '../store/stream-store'

/** What readers get to know of a stream. */
export type ShownHead = Pick<
  StreamHead,
  'status' | 'epoch' | 'base' | 'offset' | 'isStalled' | 'error' | 'finishReason'
>

/** A part of the text, and what is known of the stream at that moment. */
export interface TextRange {
  readonly head: ShownHead
  /** Where `text` starts. */
  readonly start: number
  readonly text: string
}

/** What a reader gets next. */
export type TextStep =
  | { readonly type: 'text'; readonly head: ShownHead; readonly offset: number; readonly text: string }
  /** Nothing is new until `wake` is called. The head is `undefined` if the store could not be read yet. */
  | { readonly type: 'wait'; readonly head: ShownHead | undefined }
  /** All of the text was read, and nothing follows. */
  | { readonly type: 'end'; readonly head: ShownHead }
  | { readonly type: 'gone' }

/** A position in the text of a stream. */
export interface TextSource {
  /** Where the next text starts. */
  readonly position: number
  next(): TextStep | Promise<TextStep>
  close(): void
}

/** Who reads from a source. */
export interface TextListener {
  /** `next` may return more now. */
  wake(): void
  /** Called every `keepAliveMs`. */
  tick(): void
  /** See `ShutDown`. */
  shutDown(isLate: boolean): void
}
