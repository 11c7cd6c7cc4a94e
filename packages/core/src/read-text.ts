/**
 * Decodes a body as it arrives. A leading U+FEFF is text unless `ignoreBOM` is false, and the bytes of a character that
 * a cut left unfinished are dropped: they are read again from the offset before it.
 */
export async function readText(
  body: ReadableStream<Uint8Array> | null,
  onText: (text: string) => void,
  options: TextDecoderOptions = { ignoreBOM: true },
): Promise<void> {
  const decoder = new TextDecoder('utf-8', options)
  const reader = body?.getReader()
  try {
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true }
      if (done) return
      onText(decoder.decode(value, { stream: true }))
    }
  } finally {
    // Whoever threw is told about it by the throw; a body that is done has nothing to cancel.
    reader?.cancel().catch(() => {})
  }
}
