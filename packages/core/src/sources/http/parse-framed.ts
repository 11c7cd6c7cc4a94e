import type { SourceError } from '../../errors'

/** Stands before and after a frame. It is never part of UTF-8 (RFC 3629), so no text can forge a frame. */
export const border = 0xff

/** The longest frame, in characters. The server's are far shorter. */
const longestFrame = 65_536

export interface FramedSink {
  text(text: string): void
  /** @param content JSON */
  frame(content: string): void
  /** An empty frame came. It only divides the text. */
  mark?(): void
  /** Bytes arrived, without text. */
  alive(): void
  /** The error for bytes that are neither text nor a frame. */
  altered(words: string, cause?: unknown): SourceError
}

/**
 * Creates the function that takes the bytes of framed text, UTF-8 with frames between its parts, in pieces of any length.
 *
 * @throws {SourceError} `altered` if it is no such text
 */
export function createFrameParser({ text, frame, mark, alive, altered }: FramedSink): (bytes: Uint8Array) => void {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true })
  /** The characters of a frame that is not over. */
  let content: string | undefined

  const decode = (bytes: Uint8Array, isPart: boolean) => {
    try {
      return decoder.decode(bytes, { stream: isPart })
    } catch (cause) {
      throw altered('the text is no UTF-8', cause)
    }
  }

  return (bytes) => {
    let hasText = false
    for (;;) {
      const at = bytes.indexOf(border)
      // A frame begins and ends between two characters.
      const part = decode(at < 0 ? bytes : bytes.subarray(0, at), at < 0)
      if (content !== undefined) content += part
      else if (part) {
        hasText = true
        text(part)
      }
      if (content && content.length > longestFrame) throw altered(`a frame is longer than ${longestFrame} characters`)
      if (at < 0) break
      if (content) frame(content)
      else if (content === '') mark?.()
      content = content === undefined ? '' : undefined
      bytes = bytes.subarray(at + 1)
    }
    if (!hasText) alive()
  }
}
