import { SourceError } from '../../errors'

/** Stands before and after a frame. It is never part of UTF-8 (RFC 3629), so no text can forge a frame. */
const border = 0xff

/** The longest frame, in characters. The server's are far shorter. */
const longestFrame = 65_536

/** How long the first byte may take after the headers, in milliseconds. The server sends both at once. */
const HELD_MS = 2000

export interface FramedSink {
  text(text: string): void
  /** @param content JSON */
  frame(content: string): void
  /** Bytes arrived, without text. */
  alive(): void
}

/**
 * Reads text in UTF-8 with frames between its parts, as it arrives. An empty frame only divides the text. Resolves with false
 * if the response can only be read in another form: nothing of it came although it had begun, or `fetch` has no body streams.
 *
 * @throws {SourceError} `server` if it is no such text
 */
export async function readFramed(response: Response, { text, frame, alive }: FramedSink): Promise<boolean> {
  const reader = response.body?.getReader()
  if (!reader) return false
  const cancel = () => void reader.cancel().catch(() => {}) // an error of the body has ended the loop already
  let isHeld = false
  const timer = setTimeout(() => {
    isHeld = true
    cancel()
  }, HELD_MS)
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true })
  /** The characters of a frame that is not over. */
  let content: string | undefined

  const decode = (bytes: Uint8Array, isPart: boolean) => {
    try {
      return decoder.decode(bytes, { stream: isPart })
    } catch (cause) {
      throw new SourceError('server', 'the text is no UTF-8: something on the way has changed it', { cause })
    }
  }

  try {
    for (;;) {
      const { done, value } = await reader.read()
      clearTimeout(timer)
      if (done) return !isHeld
      let bytes = value
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
        if (content && content.length > longestFrame)
          throw new SourceError('server', `a frame is longer than ${longestFrame} characters`)
        if (at < 0) break
        if (content) frame(content)
        content = content === undefined ? '' : undefined
        bytes = bytes.subarray(at + 1)
      }
      if (!hasText) alive()
    }
  } finally {
    clearTimeout(timer)
    cancel()
  }
}
