import type { UIMessage } from 'ai'
import { until } from '../support/until'
import { prose } from './apps/resumable/own/model'
import type { Chats } from './chat-world'
import type { ShownChat } from './pages/page'

/** What a person saw, and what the server did. */
type Facts = Readonly<Record<string, unknown>>

export interface Outcome {
  readonly facts: Facts
  /** The cell of the table in docs/use-chat.md. */
  readonly says: string
}

export interface Scenario {
  /** The row of the table in docs/use-chat.md. */
  readonly name: string
  play(chats: Chats): Promise<Facts>
  readonly keepstream: Outcome
  readonly resumable: Outcome
}

const searched = ['step-start', 'reasoning done', 'tool-search output-available', 'step-start', 'text done']

/** A scenario that both pass. */
const works = (facts: Facts, says = 'works') => ({ keepstream: { facts, says }, resumable: { facts, says } })

export const scenarios: readonly Scenario[] = [
  {
    name: 'Reasoning, a tool and prose',
    async play(chats) {
      const question = `search-${chats.newChat()}`
      const tab = await chats.open(question)
      await tab.send(question)
      const chat = await tab.until(isOver)
      return {
        ...{ text: textFact(chat), shape: shapeOf(chat), error: chat.error },
        ...{ articles: await tab.articles(), generations: chats.generations(question) },
      }
    },
    ...works({ text: 'whole', shape: searched, error: undefined, articles: 1, generations: 1 }),
  },
  {
    name: 'A tool with approval, shown in another tab after the end',
    async play(chats) {
      const question = `pay-${chats.newChat()}`
      const tab = await chats.open(question)
      await tab.send(question)
      const asked = await tab.until((chat) => isReady(chat) && JSON.stringify(chat).includes('approval-requested'))
      await tab.approve(approvalOf(asked))
      const chat = await tab.until(isOver)
      const elsewhere = await (await chats.open(question)).until(isOver)
      return {
        ...{ text: textFact(chat), messages: chat.messages.length, tool: shapeOf(chat)[2] },
        isSameElsewhere: JSON.stringify(shapeOf(elsewhere)) === JSON.stringify(shapeOf(chat)),
      }
    },
    ...works({ text: 'whole', messages: 2, tool: 'tool-pay output-available', isSameElsewhere: true }),
  },
  {
    name: 'A reload in mid-tool-call',
    async play(chats) {
      const question = `search-hold-${chats.newChat()}`
      const tab = await chats.open(question)
      await tab.send(question)
      await tab.until(isInTool)
      await tab.reload()
      await tab.until(isInTool)
      await chats.release(question)
      const chat = await tab.until(isOver)
      return { text: textFact(chat), shape: shapeOf(chat), generations: chats.generations(question) }
    },
    ...works({ text: 'whole', shape: searched, generations: 1 }, 'goes on'),
  },
  {
    name: 'A second tab in mid-answer',
    async play(chats) {
      const { question, tabs } = await openHeld(chats, 2)
      await chats.release(question)
      const texts = []
      for (const tab of tabs) texts.push(textFact(await tab.until(isOver)))
      return { texts, generations: chats.generations(question) }
    },
    ...works({ texts: ['whole', 'whole'], generations: 1 }, 'both show it'),
  },
  {
    name: 'The component and the page go, and somebody comes back after the end',
    async play(chats) {
      const { question, tabs } = await openHeld(chats, 1)
      await tabs[0]?.leave()
      await tabs[0]?.close()
      const isAborted = await chats.isAborted(question, 100)
      await chats.release(question)
      await until(() => chats.hasEnded(question))
      return { isAborted, text: textFact(await (await chats.open(question)).until(isOver)) }
    },
    ...works({ isAborted: false, text: 'whole' }, 'the answer is there'),
  },
  {
    name: '`stop()`, in the tab that asked',
    play: (chats) => stopIn(0, chats),
    ...works({ isAborted: true, later: 'part' }, 'stops the generation'),
    ...resumableSays({ isAborted: true, later: 'part' }, 'stops the generation, with a stop endpoint of your own'),
  },
  {
    name: '`stop()`, in another tab',
    play: (chats) => stopIn(1, chats),
    ...works({ isAborted: true, later: 'part' }, 'stops the generation'),
    ...resumableSays({ isAborted: true, later: 'part' }, 'stops the generation, with a stop endpoint of your own'),
  },
  {
    name: '`stop()`, and another server process gets the request',
    play: (chats) => stopIn(0, chats, true),
    keepstream: { facts: { isAborted: true, later: 'part' }, says: 'stops the generation' },
    resumable: {
      facts: { isAborted: false, later: 'whole' },
      says: '**cannot stop**: the answer goes on, and the whole of it is there later',
    },
  },
  {
    name: 'The connection is cut while a tool runs',
    async play(chats) {
      const question = `search-hold-${chats.newChat()}`
      const tab = await chats.open(question, await chats.openCutPath())
      await tab.send(question)
      const { status } = await tab.within(20_000, (chat) => isInTool(chat) || chat.status === 'error')
      if (status === 'error') await tab.showAgain()
      await tab.until(isInTool)
      await chats.release(question)
      const chat = await tab.until(isOver)
      return { status, text: textFact(chat), generations: chats.generations(question) }
    },
    keepstream: { facts: { status: 'streaming', text: 'whole', generations: 1 }, says: 'heals by itself' },
    resumable: {
      facts: { status: 'error', text: 'whole', generations: 1 },
      says: '**an error**; goes on when the page is hidden and shown again (React), or after a reload',
    },
  },
  {
    name: 'The connection is cut, and the answer ends before the page is shown again',
    async play(chats) {
      const question = `search-${chats.newChat()}`
      const tab = await chats.open(question, await chats.openCutPath())
      await tab.send(question)
      const first = await tab.within(20_000, (chat) => isOver(chat) || chat.status === 'error')
      const later = await (await chats.open(question)).until(isOver)
      await tab.showAgain()
      const chat = await tab.within(1_000, isOver)
      return { status: first.status, text: textFact(chat), later: textFact(later) }
    },
    keepstream: { facts: { status: 'ready', text: 'whole', later: 'whole' }, says: 'heals by itself' },
    resumable: {
      facts: { status: 'error', text: 'none', later: 'whole' },
      says: '**an error**, and the rest is missing until a reload: there is nothing to resume any more',
    },
  },
  {
    name: 'The server is killed (`kill -9`) in mid-answer and starts again',
    async play(chats) {
      const { question, tabs } = await openHeld(chats, 1)
      // What it shows is stored, and not only in the memory of the process that is killed.
      await (await chats.open(question, await chats.startAnother())).until(isHalf)
      await chats.killAndRestart()
      const chat = await tabs[0]?.until(({ status }) => status === 'error')
      await tabs[0]?.reload()
      const later = await tabs[0]?.within(20_000, ({ status }) => status === 'error')
      return { text: textFact(chat), later: textFact(later), status: later?.status }
    },
    keepstream: {
      facts: { text: 'part', later: 'part', status: 'error' },
      says: 'keeps what was written, and says that the answer broke off',
    },
    resumable: {
      facts: { text: 'part', later: 'none', status: 'error' },
      says: '**lost text**: after a reload, nothing of the answer is left',
    },
  },
]

function resumableSays(facts: Facts, says: string) {
  return { resumable: { facts, says } }
}

/** Tabs that show the first half of an answer. */
async function openHeld(chats: Chats, count: number) {
  const question = `hold-${chats.newChat()}`
  const tabs = [await chats.open(question)]
  await tabs[0]?.send(question)
  await tabs[0]?.until(isHalf)
  while (tabs.length < count) {
    const tab = await chats.open(question)
    await tab.until(isHalf)
    tabs.push(tab)
  }
  return { question, tabs }
}

async function stopIn(index: number, chats: Chats, isAtAnother = false): Promise<Facts> {
  const { question, tabs } = await openHeld(chats, 2)
  const tab = tabs[index] as (typeof tabs)[number]
  if (isAtAnother) await tab.stopsAt(await chats.startAnother())
  await tab.stop()
  await tab.until(isReady)
  const isAborted = await chats.isAborted(question)
  if (isAborted) for (const tab of tabs) await tab.until(isReady)
  else {
    await chats.release(question)
    await until(() => chats.hasEnded(question))
  }
  const later = await (await chats.open(question)).until((chat) => isReady(chat) && textFact(chat) !== 'none')
  return { isAborted, later: textFact(later) }
}

const isReady = ({ status }: ShownChat) => status === 'ready'
const isOver = (chat: ShownChat) => isReady(chat) && textFact(chat) === 'whole'
const isHalf = (chat: ShownChat) => textOf(chat).length > 100
const isInTool = ({ messages }: ShownChat) =>
  messages.at(-1)?.parts.some((part) => 'state' in part && part.state === 'input-available') ?? false

function textOf(chat: ShownChat | undefined): string {
  const last = chat?.messages.at(-1)
  return last?.role === 'assistant' ? last.parts.map((part) => (part.type === 'text' ? part.text : '')).join('') : ''
}

function textFact(chat: ShownChat | undefined): 'whole' | 'part' | 'none' | 'wrong' {
  const [text, whole] = [textOf(chat), prose.join('')]
  if (text === whole) return 'whole'
  if (text === '') return 'none'
  return whole.startsWith(text) ? 'part' : 'wrong'
}

/** The types and states of the parts of the last message. */
function shapeOf({ messages }: ShownChat): string[] {
  const parts: UIMessage['parts'] = messages.at(-1)?.parts ?? []
  return parts.map((part) => ('state' in part ? `${part.type} ${part.state}` : part.type))
}

function approvalOf({ messages }: ShownChat): string {
  for (const part of messages.at(-1)?.parts ?? []) if ('approval' in part && part.approval) return part.approval.id
  throw new Error('the chat shows no approval')
}
