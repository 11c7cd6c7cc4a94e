/**
 * Decodes a response as it arrives. `check` gets the length so far before the text is passed on. If it throws, reading ends,
 * so that even a compressed body cannot grow beyond its bound.
 *
 * A leading U+FEFF is text unless `ignoreBOM` is false. The bytes of an unfinished character at a cut are dropped: they are
 * read again from the offset before it. If `fetch` has no body streams (React Native), the text comes whole, without a
 * leading U+FEFF. There a response is not read if its `Content-Length` is too long.
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
    // An error of the body already ended the loop above, and a finished body has nothing to cancel.
    reader.cancel().catch(() => {})
  }
}
