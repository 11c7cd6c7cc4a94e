import type { UiChunk } from '@keepstream/core/marks'

/** Takes the next number of a list of random ones, from 0 up to `below`. */
export type Choose = (below: number) => number

interface Call {
  readonly toolCallId: string
  readonly toolName: string
  readonly dynamic?: true
  state: 'streaming' | 'available' | 'asked' | 'running' | 'over'
}

const nasty = [
  '\x1e',
  '\n',
  '\x1e0\n',
  '\x1e{"type":"text-end","id":"t0"}\n',
  '"',
  '{"a":',
  '1}',
  '😀',
  ' and so on',
  '\0',
  '\r\n',
]

/** A random answer as version `major` of the AI SDK sends one: parallel calls and texts, approvals, errors, steps. */
export function randomAnswer(choose: Choose, length: number, major: 6 | 7): UiChunk[] {
  const chunks: UiChunk[] = []
  const texts = new Map<string, 'text' | 'reasoning'>()
  let calls: Call[] = []
  let count = 0
  const send = (type: string, fields: object = {}) => chunks.push({ type, ...fields })
  const words = () => Array.from({ length: 1 + choose(3) }, () => nasty[choose(nasty.length)]).join('')
  const maybe = <T extends object>(fields: T) => (choose(3) === 0 ? fields : {})
  const metadata = () => maybe({ providerMetadata: { provider: { signature: words() } } })
  const one = <T>(items: readonly T[]): T | undefined => items[choose(Math.max(1, items.length))]
  const callIn = (...states: Call['state'][]) => one(calls.filter(({ state }) => states.includes(state)))

  const actions: Record<string, () => void> = {
    text() {
      const type = choose(2) ? 'text' : 'reasoning'
      const id = `t${count++}`
      texts.set(id, type)
      send(`${type}-start`, { id, ...metadata() })
    },
    more() {
      const [id, type] = one([...texts]) ?? []
      if (id) send(`${type}-delta`, { id, delta: words(), ...(choose(6) === 0 && metadata()) })
    },
    end() {
      const [id, type] = one([...texts]) ?? []
      if (!id) return
      texts.delete(id)
      send(`${type}-end`, {
        id,
        ...metadata(),
        ...(major === 7 && type === 'text' && maybe({ citations: [{ a: 1 }] })),
      })
    },
    call() {
      const call = { toolCallId: `c${count++}`, toolName: ['weather', '__proto__', words()][choose(3)] as string }
      const isDynamic = choose(3) === 0
      calls.push({ ...call, ...(isDynamic && { dynamic: true }), state: 'streaming' })
      const encoding = maybe({ inputEncoding: choose(2) ? 'text' : 'json' })
      send('tool-input-start', {
        ...call,
        ...(isDynamic && { dynamic: true }),
        ...maybe({ title: words() }),
        ...metadata(),
        ...encoding,
      })
    },
    input() {
      const call = callIn('streaming')
      if (call) send('tool-input-delta', { toolCallId: call.toolCallId, inputTextDelta: words() })
    },
    available() {
      const call = callIn('streaming')
      if (!call) return
      const { state, ...fields } = call
      const isValid = choose(4) > 0
      call.state = isValid ? 'available' : 'over'
      const outcome = isValid ? maybe({ title: words() }) : { errorText: words() }
      send(`tool-input-${isValid ? 'available' : 'error'}`, {
        ...fields,
        input: { city: words() },
        ...outcome,
        ...metadata(),
        ...maybe({ providerExecuted: true }),
      })
    },
    whole() {
      const call: Call = {
        toolCallId: `c${count++}`,
        toolName: 'whole',
        ...maybe({ dynamic: true as const }),
        state: 'available',
      }
      const { state, ...fields } = call
      calls.push(call)
      send('tool-input-available', { ...fields, input: [words()], ...maybe({ toolMetadata: { client: 'x' } }) })
    },
    output() {
      const call = callIn('available', 'asked', 'running')
      if (!call) return
      const { toolCallId } = call
      const kind = choose(5)
      call.state = kind > 1 ? 'over' : 'running'
      if (kind < 4)
        send('tool-output-available', {
          toolCallId,
          output: words(),
          ...(kind < 2 && { preliminary: true }),
          ...metadata(),
        })
      else
        send('tool-output-error', {
          toolCallId,
          errorText: words(),
          ...metadata(),
          ...maybe({ toolMetadata: { a: 1 } }),
        })
    },
    ask() {
      const call = callIn('available')
      if (!call) return
      call.state = 'asked'
      const { toolCallId } = call
      const more = major === 7 ? maybe({ reason: words(), isAutomatic: true }) : {}
      send('tool-approval-request', {
        approvalId: `a-${toolCallId}`,
        toolCallId,
        ...maybe({ signature: words() }),
        ...more,
      })
    },
    answer() {
      const call = callIn('asked')
      if (!call) return
      const { toolCallId } = call
      const approvalId = `a-${toolCallId}`
      if (major === 7)
        send('tool-approval-response', {
          approvalId,
          approved: choose(2) === 0,
          ...maybe({ reason: words() }),
          ...metadata(),
        })
      if (choose(2)) return
      call.state = 'over'
      send('tool-output-denied', { toolCallId })
    },
    whole_part() {
      const url = `https://example.test/${words()}`
      const source = { sourceId: `s${count++}`, ...metadata() }
      const kind = choose(major === 7 ? 6 : 3)
      if (kind === 0) send('source-url', { ...source, url, ...maybe({ title: words() }) })
      else if (kind === 1)
        send('source-document', { ...source, mediaType: 'text/plain', title: words(), ...maybe({ filename: words() }) })
      else if (kind === 3) send('custom', { kind: 'a.b', ...metadata() })
      else if (kind === 4) send('steering-message', { id: 's', parts: [{ type: 'text', text: words() }] })
      else send(kind === 2 ? 'file' : 'reasoning-file', { url, mediaType: 'image/png', ...metadata() })
    },
    data() {
      send(`data-${choose(2) ? 'x' : 'y'}`, {
        data: { words: words() },
        ...maybe({ id: `${choose(2)}` }),
        ...(choose(4) === 0 && { transient: true }),
      })
    },
    metadata() {
      send('message-metadata', {
        messageMetadata: { [`k${choose(2)}`]: choose(2) ? { [`k${choose(2)}`]: choose(9) } : null },
      })
    },
    step() {
      for (const [id, type] of texts) send(`${type}-end`, { id })
      texts.clear()
      // A call that is still written goes with its step. Its output may come in a later one.
      calls = calls.filter(({ state }) => state !== 'streaming' && state !== 'over')
      send('finish-step')
      send('start-step')
    },
    reset() {
      if (major === 6) return
      texts.clear()
      calls = []
      send('reset-step')
    },
  }
  const often = ['more', 'more', 'more', 'input', 'input', 'available', 'output']
  const names = [...Object.keys(actions), ...often]
  send('start', { ...maybe({ messageId: 'm1' }), ...maybe({ messageMetadata: { k0: 1 } }) })
  send('start-step')
  // Some of them find nothing to do.
  for (let index = 0; index < length; index++) actions[names[choose(names.length)] as string]?.()
  return chunks
}
