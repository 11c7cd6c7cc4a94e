import { request } from './rig'

export const framed = (path = '/', method = 'GET') =>
  request(path, { method, headers: { Accept: 'application/vnd.keepstream' } })

type Part = string | { readonly type: string; readonly position: number; readonly [fact: string]: unknown } | 'mark'

/** Collects a response of framed text: its parts in their order, and its bytes as they came. */
export function collectFramed(response: Response) {
  const reader = response.body?.getReader()
  const chunks: Uint8Array[] = []
  const collected = {
    chunks,
    isDone: false,
    cancel: async () => reader?.cancel(),
    get parts() {
      return partsOf(Buffer.concat(chunks))
    },
    get text() {
      return collected.parts.map((part) => (typeof part === 'string' ? part : '')).join('')
    },
    get frames() {
      return collected.parts.filter((part) => typeof part !== 'string')
    },
  }
  void (async () => {
    for (;;) {
      const step = await reader?.read()
      if (!step || step.done) break
      chunks.push(step.value)
    }
    collected.isDone = true
  })()
  return collected
}

export const mark = { type: 'mark', position: Number.NaN }

function partsOf(bytes: Buffer): Part[] {
  const parts: Part[] = []
  for (let from = 0, isFrame = false; from <= bytes.length; isFrame = !isFrame) {
    const at = bytes.indexOf(0xff, from)
    const end = at < 0 ? bytes.length : at
    const text = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true }).decode(bytes.subarray(from, end))
    if (isFrame) parts.push(text === '' ? mark : JSON.parse(text))
    else if (text !== '') parts.push(text)
    from = end + 1
  }
  return parts
}
