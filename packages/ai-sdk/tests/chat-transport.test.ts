import type * as ai6 from 'ai'
import type { UIMessage } from 'ai'
import type * as ai7 from 'ai-7'
import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import { createChatTransport } from '../src/client'
import { finish, openWorld, prose, type Step, start } from './support/chat-world'
import { versions } from './support/plain-chat'

const call = { toolCallId: 'call-1', toolName: 'search' }
const search: Step[] = [
  { type: 'tool-input-start', ...call },
  { type: 'tool-input-delta', toolCallId: 'call-1', inputTextDelta: '{"query":"' },
  { type: 'tool-input-delta', toolCallId: 'call-1', inputTextDelta: 'why"}' },
  { type: 'tool-input-available', ...call, input: { query: 'why' } },
]
const searched: Step[] = [{ type: 'tool-output-available', toolCallId: 'call-1', output: ['one', 'two'] }]
const thought: Step[] = [
  { type: 'reasoning-start', id: 'r' },
  { type: 'reasoning-delta', id: 'r', delta: 'Let me think.' },
  { type: 'reasoning-end', id: 'r' },
]
const answer: Step[] = [
  ...[start, { type: 'start-step' }, ...thought, ...search],
  ...(['pause', ...searched, { type: 'finish-step' }, { type: 'start-step' }] as Step[]),
  ...[...prose('t', 'It ', 'is ', 'so.'), { type: 'finish-step' }, finish],
]

describe.each(versions)('createChatTransport, with the chat of ai $name', ({ ai, openChat }) => {
  const ask = { text: 'Why?' }
  const last = (chat: { messages: UIMessage[] }) => chat.messages.at(-1) as UIMessage
  const textOf = ({ parts }: UIMessage) => parts.map((part) => (part.type === 'text' ? part.text : '')).join('')

  /** What the SDK itself makes of the chunks. */
  async function builtBySdk(steps: readonly Step[]) {
    const chunks = steps.filter((step): step is never => typeof step === 'object')
    const stream = new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk)
        controller.close()
      },
    })
    let message: UIMessage | undefined
    for await (const next of ai.readUIMessageStream({ stream })) message = next
    return message?.parts
  }

  /** A chat that shows the first half of an answer, which comes no further. */
  async function askForHalf() {
    const world = openWorld(() => [
      start,
      { type: 'text-start', id: 't' },
      { type: 'text-delta', id: 't', delta: 'Half' },
      'pause',
    ])
    const asking = openChat({ id: 'chat', transport: world.openTransport() })
    const sent = asking.sendMessage(ask)
    await vi.waitFor(() => expect(textOf(last(asking))).toBe('Half'))
    return { world, asking, sent }
  }

  it('shows the parts of an answer as they come, and as the SDK makes them', async () => {
    const world = openWorld(() => answer)
    const chat = openChat({ id: 'chat', transport: world.openTransport() })
    const sent = chat.sendMessage(ask)
    await vi.waitFor(() => expect(last(chat).parts.at(-1)).toMatchObject({ state: 'input-available' }))
    expect(chat.status).toBe('streaming')
    world.resume()
    await sent
    expect(chat.status).toBe('ready')
    expect(last(chat)).toMatchObject({ id: world.ids[0], role: 'assistant' })
    expect(last(chat).parts).toEqual(await builtBySdk(answer))
    expect(world.asked).toMatchObject([{ chatId: 'chat', trigger: 'submit-message', messages: [{ role: 'user' }] }])
  })

  it('shows plain text too', async () => {
    const world = openWorld(() => ['Just ', 'prose.'])
    const chat = openChat({ id: 'chat', transport: world.openTransport() })
    await chat.sendMessage(ask)
    expect(last(chat).parts).toMatchObject([{ type: 'text', text: 'Just prose.', state: 'done' }])
    expect(chat.status).toBe('ready')
  })

  it('resumes in a second page in mid-tool-call and after the end, with the same message and one generation', async () => {
    const world = openWorld(() => answer)
    const first = openChat({ id: 'chat', transport: world.openTransport() })
    const sent = first.sendMessage(ask)
    await vi.waitFor(() => expect(last(first).parts.at(-1)).toMatchObject({ state: 'input-available' }))
    const second = openChat({ id: 'chat', transport: world.openTransport(), messages: first.messages.slice(0, 1) })
    const resumed = second.resumeStream()
    await vi.waitFor(() => expect(last(second).parts.at(-1)).toMatchObject({ state: 'input-available' }))
    expect(last(second)).toEqual(last(first))
    world.resume()
    await Promise.all([sent, resumed])
    const third = openChat({ id: 'chat', transport: world.openTransport(), messages: first.messages.slice(0, 1) })
    await third.resumeStream()
    for (const chat of [second, third]) expect(chat.messages).toEqual(first.messages)
    expect(world.runs).toBe(1)
  })

  it('reports that a shown part was withdrawn, and a resume shows the answer as it is then', async () => {
    const rewind = '\x1e{"type":"rewind","offset":4}\n'
    const world = openWorld(() => ['Yes: wrong. ', 'pause', rewind, 'right.'])
    const first = openChat({ id: 'chat', transport: world.openTransport() })
    const sent = first.sendMessage(ask)
    await vi.waitFor(() => expect(textOf(last(first))).toBe('Yes: wrong. '))
    world.resume()
    await sent
    expect(first.status).toBe('error')
    expect(first.error?.message).toMatch(/withdrawn; call resumeStream/)
    await first.resumeStream()
    const second = openChat({ id: 'chat', transport: world.openTransport(), messages: first.messages.slice(0, 1) })
    await second.resumeStream()
    for (const chat of [first, second]) {
      expect(chat.status).toBe('ready')
      expect(last(chat).parts).toMatchObject([{ type: 'text', text: 'Yes:right.', state: 'done' }])
    }
    expect(world.runs).toBe(1)
  })

  it('goes on after a rewind that withdraws nothing of what is shown', async () => {
    const head = '\x1e{"type":"rewind",'
    const world = openWorld(() => [
      `One two${head}`,
      'pause',
      '"offset":7}\n three',
      `x\x1e{"type":"rewind","offset":0}`,
    ])
    const chat = openChat({ id: 'chat', transport: world.openTransport() })
    const sent = chat.sendMessage(ask)
    await vi.waitFor(() => expect(textOf(last(chat))).toBe('One two'))
    world.resume()
    await sent
    expect(chat.status).toBe('ready')
    expect(textOf(last(chat))).toBe('One two threex')
  })

  it('does not stop an answer that is resumed twice, as StrictMode does, and shows it once', async () => {
    const world = openWorld(() => [start, ...prose('t', 'One ', 'two '), 'pause', ...prose('u', 'three.'), finish])
    const first = openChat({ id: 'chat', transport: world.openTransport() })
    const sent = first.sendMessage(ask)
    await vi.waitFor(() => expect(textOf(last(first))).toBe('One two '))
    const second = openChat({ id: 'chat', transport: world.openTransport(), messages: first.messages.slice(0, 1) })
    const twice = [second.resumeStream(), second.resumeStream()]
    await vi.waitFor(() => expect(textOf(last(second))).toBe('One two '))
    await new Promise((resolve) => setTimeout(resolve, 20))
    world.resume()
    await Promise.all([sent, ...twice])
    expect(second.messages).toEqual(first.messages)
    expect(textOf(last(first))).toBe('One two three.')
    expect(world.runs).toBe(1)
  })

  it('stops on the server, from the page that asked and from one that resumed, and keeps what was written', async () => {
    for (const isResumed of [false, true]) {
      const { world, asking, sent } = await askForHalf()
      const other = openChat({ id: 'chat', transport: world.openTransport(), messages: asking.messages.slice(0, 1) })
      const resumed = other.resumeStream()
      await vi.waitFor(() => expect(textOf(last(other))).toBe('Half'))
      await (isResumed ? other : asking).stop()
      await Promise.all([sent, resumed])
      expect(await world.streams.getStreamBody(world.ids[0] as string)).toMatchObject({ status: 'stopped' })
      for (const chat of [asking, other]) {
        expect(chat.status).toBe('ready')
        expect(textOf(last(chat))).toBe('Half')
      }
      const later = openChat({ id: 'chat', transport: world.openTransport(), messages: asking.messages.slice(0, 1) })
      await later.resumeStream()
      expect(textOf(last(later))).toBe('Half')
      expect(world.runs).toBe(1)
    }
  })

  it('stops an answer that two components of a page have resumed, from either of them', async () => {
    for (const index of [0, 1]) {
      const { world, asking, sent } = await askForHalf()
      const messages = asking.messages.slice(0, 1)
      const transport = world.openTransport()
      const both = [openChat({ id: 'chat', transport, messages }), openChat({ id: 'chat', transport, messages })]
      const resumed = both.map((chat) => chat.resumeStream())
      await vi.waitFor(() => expect(both.map((chat) => textOf(last(chat)))).toEqual(['Half', 'Half']))
      await both[index]?.stop()
      await Promise.all([sent, ...resumed])
      expect(await world.streams.getStreamBody(world.ids[0] as string)).toMatchObject({ status: 'stopped' })
    }
  })

  it('does not stop an answer whose resume is replaced while it is being found', async () => {
    const world = openWorld(() => [start, 'pause', ...prose('t', 'Done.'), finish])
    const asking = openChat({ id: 'chat', transport: world.openTransport() })
    const sent = asking.sendMessage(ask)
    await vi.waitFor(() => expect(world.runs).toBe(1))
    let find = () => {}
    const found = new Promise<void>((resolve) => {
      find = resolve
    })
    const transport = world.openTransport(1, () => found)
    const chat = openChat({ id: 'chat', transport, messages: asking.messages.slice(0, 1) })
    const twice = [chat.resumeStream(), chat.resumeStream()]
    await new Promise((resolve) => setTimeout(resolve, 5))
    find()
    await new Promise((resolve) => setTimeout(resolve, 20))
    world.resume()
    await Promise.all([sent, ...twice])
    expect(textOf(last(chat))).toBe('Done.')
  })

  it('leaves an answer running when its page goes', async () => {
    const world = openWorld(() => [start, 'pause', ...prose('t', 'Done.'), finish])
    const stream = await world.openTransport().sendMessages({
      ...{ chatId: 'chat', trigger: 'submit-message', messageId: undefined, messages: [], abortSignal: undefined },
    })
    const reader = stream.getReader()
    await reader.read()
    await reader.cancel()
    world.resume()
    await vi.waitFor(async () =>
      expect(await world.streams.getStreamBody(world.ids[0] as string)).toMatchObject({ status: 'done' }),
    )
  })

  it('heals a connection that is cut at any place', async () => {
    const words = Array.from({ length: 30 }, (_, index) => `word${index} `)
    const world = openWorld(() => [start, ...search, ...searched, ...prose('t', ...words), finish])
    world.cutAfter = 400
    const chat = openChat({ id: 'chat', transport: world.openTransport() })
    await chat.sendMessage(ask)
    expect(chat.error).toBeUndefined()
    expect(textOf(last(chat))).toBe(words.join(''))
    expect(last(chat).parts).toEqual(await builtBySdk([start, ...search, ...searched, ...prose('t', ...words), finish]))
    expect(world.runs).toBe(1)
  })

  it('reports an answer that failed, and keeps what was written', async () => {
    const world = openWorld(() => [start, ...prose('t', 'Half'), new Error('no key')])
    const chat = openChat({ id: 'chat', transport: world.openTransport() })
    await chat.sendMessage(ask)
    expect(chat.status).toBe('error')
    expect(chat.error).toMatchObject({ name: 'StreamError', code: 'generation' })
    expect(textOf(last(chat))).toBe('Half')
  })

  it('goes on after an approval, and resumes both streams of such an answer as one message', async () => {
    const request = { type: 'tool-approval-request', approvalId: 'approval-1', toolCallId: 'call-1' }
    const world = openWorld((number) =>
      number === 0
        ? [start, ...search, request, finish]
        : [{ ...start, messageId: world.ids[0] as string }, ...searched, ...prose('t', 'Found.'), finish],
    )
    const chat = openChat({
      ...{ id: 'chat', transport: world.openTransport() },
      sendAutomaticallyWhen: ai.lastAssistantMessageIsCompleteWithApprovalResponses,
    })
    await chat.sendMessage(ask)
    expect(last(chat).parts).toMatchObject([{ type: 'tool-search', state: 'approval-requested' }])
    await chat.addToolApprovalResponse({ id: 'approval-1', approved: true })
    await vi.waitFor(() => expect(textOf(last(chat))).toBe('Found.'))
    await vi.waitFor(() => expect(chat.status).toBe('ready'))
    expect(chat.messages).toHaveLength(2)
    expect(last(chat).parts).toMatchObject([
      { type: 'tool-search', state: 'output-available', output: ['one', 'two'] },
      {},
    ])
    const other = openChat({ id: 'chat', transport: world.openTransport(2), messages: chat.messages.slice(0, 1) })
    await other.resumeStream()
    expect(other.messages).toHaveLength(2)
    expect(last(other)).toMatchObject({ id: last(chat).id, parts: [{ state: 'output-available' }, { text: 'Found.' }] })
    expect(world.runs).toBe(2)
  })

  it('stops an answer that is stopped while its stream is being created, before it has begun', async () => {
    const world = openWorld(() => [start, ...prose('t', 'Never.'), finish])
    const transport = world.openTransport()
    const aborting = new AbortController()
    const sending = transport.sendMessages({
      ...{ chatId: 'chat', trigger: 'submit-message', messageId: undefined, messages: [] },
      abortSignal: aborting.signal,
    })
    aborting.abort()
    expect(await (await sending).getReader().read()).toEqual({ done: true, value: undefined })
    await vi.waitFor(async () =>
      expect(await world.streams.getStreamBody(world.ids[0] as string)).toMatchObject({ status: 'stopped' }),
    )
    expect(world.runs).toBe(0)
  })

  it('resumes nothing where there is nothing', async () => {
    const world = openWorld(() => [])
    const chat = openChat({ id: 'chat', transport: world.openTransport() })
    await chat.resumeStream()
    expect(chat.status).toBe('ready')
    expect(chat.messages).toEqual([])
  })
})

it('fits the type that each version of ai has for transports', () => {
  expectTypeOf(createChatTransport<ai6.UIMessage>).returns.toExtend<ai6.ChatTransport<ai6.UIMessage>>()
  expectTypeOf(createChatTransport<ai7.UIMessage>).returns.toExtend<ai7.ChatTransport<ai7.UIMessage>>()
  expectTypeOf(createChatTransport).returns.toExtend<ai7.ChatTransport<ai7.UIMessage>>()
})
