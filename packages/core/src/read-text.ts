/**
 * Decodes an answer as it arrives. A leading U+FEFF is text unless `ignoreBOM` is false, and the bytes of a character
 * that a cut left unfinished are dropped: they are read again from the offset before it. Where `fetch` has no body
 * streams (React Native), the answer comes whole, without such a U+FEFF.
 */
export async function readText(
  response: Response,
  onText: (text: string) => void,
  options: TextDecoderOptions = { ignoreBOM: true },
): Promise<void> {
  const reader = response.body?.getReader()
  if (!reader) return onText(await response.text())
  const decoder = new TextDecoder('utf-8', options)
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      onText(decoder.decode(value, { stream: true }))
    }
  } finally {
    // Whoever threw is told about it by the throw; a body that is done has nothing to cancel.
    reader.cancel().catch(() => {})
  }
}
