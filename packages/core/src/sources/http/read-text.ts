/**
 * Decodes an answer as it arrives, and tells `check` how much there is so far before it is given out: what that throws ends
 * the reading, so that no body is kept beyond its bound, however well it was compressed. A leading U+FEFF is text unless
 * `ignoreBOM` is false, and the bytes of a character that a cut left unfinished are dropped: they are read again from the
 * offset before it. Where `fetch` has no body streams (React Native), the answer comes whole, without such a U+FEFF; there
 * one that says that it is too long is not read.
 */
export async function readText(
  response: Response,
  onText: (text: string) => void,
  check: (length: number) => void,
  options: TextDecoderOptions = { ignoreBOM: true },
): Promise<void> {
  const reader = response.body?.getReader()
  if (!reader) {
    // No code unit takes more than three bytes.
    check(Number(response.headers.get('content-length')) / 3)
    const text = await response.text()
    check(text.length)
    return onText(text)
  }
  const decoder = new TextDecoder('utf-8', options)
  let length = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const text = decoder.decode(value, { stream: true })
      length += text.length
      check(length)
      onText(text)
    }
  } finally {
    // Whoever threw is told about it by the throw; a body that is done has nothing to cancel.
    reader.cancel().catch(() => {})
  }
}
