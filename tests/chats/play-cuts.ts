import { Chat, type UIMessage } from '@ai-sdk/react'
import type { ChatTransport } from 'ai'
import { startCuttingProxy } from '../support/cutting-proxy'
import { inParallel } from '../support/in-parallel'
import { prose } from './apps/resumable/own/model'

/** How often an answer is cut, each time at another place. */
const placeCount = 50

/** The row of the table in docs/use-chat.md. */
export const cutsRow = {
  name: `A cut at ${placeCount} places of an answer`,
  keepstream: { says: `all ${placeCount} are whole` },
  resumable: { says: `**an error** at all ${placeCount}` },
}

export interface CutAnswer {
  readonly question: string
  /** The text that the page had when the cut came: without the frames of HTTP and of the protocol. */
  readonly shown: string
  /** What became of it. */
  readonly outcome: { readonly status: string; readonly text: 'whole' | 'part' | 'wrong' }
}

export interface CutPlan {
  readonly port: number
  /** The paths of responses that carry an answer. Only the first response of each question is cut. */
  readonly isAnswer: (path: string) => boolean
  createTransport(url: string): ChatTransport<UIMessage>
}

/**
 * Asks a question for each place and cuts its answer there, with the real chat of the AI SDK, a real transport and a real network,
 * but without a browser. That suffices: the place of a cut matters to the server, and to the code that reads a response and
 * resumes it, which are the same here. What a browser adds is the error of its own `fetch`, which is the same at each place: the
 * scenarios have it.
 */
export async function playCuts({ port, isAnswer, createTransport }: CutPlan): Promise<CutAnswer[]> {
  return inParallel(
    Array.from({ length: placeCount }, (_, index) => index),
    10,
    async (index) => {
      const question = `search-cut-${index}`
      let wire: string | undefined
      const onCut = (body: string) => {
        wire = body
      }
      const proxy = await startCuttingProxy(port, (path) =>
        wire === undefined && isAnswer(path) ? { bytes: 10 + index * 34, place: 'anywhere', onCut } : undefined,
      )
      const chat = new Chat<UIMessage>({ id: question, transport: createTransport(`http://127.0.0.1:${proxy.port}`) })
      await chat.sendMessage({ text: question })
      await proxy.close()
      if (wire === undefined) throw new Error(`the answer to ${question} was over before the cut`)
      return { question, shown: textOnWire(wire), outcome: outcomeOf(chat) }
    },
  )
}

/** The text of a body in HTTP chunks. Frames of the protocol stand between two bytes that no text has. */
function textOnWire(body: string): string {
  return body
    .replace(/(^|\r\n)[\da-f]+\r\n/g, '')
    .replace(/\r\n?[\da-f]*$/, '')
    .replace(/\ufffd(\{[^\ufffd]*)?(\ufffd|$)/g, '')
}

function outcomeOf({ status, messages }: Chat<UIMessage>): CutAnswer['outcome'] {
  const last = messages.at(-1)
  const parts = last?.role === 'assistant' ? last.parts : []
  const [text, whole] = [parts.map((part) => (part.type === 'text' ? part.text : '')).join(''), prose.join('')]
  return { status, text: text === whole ? 'whole' : whole.startsWith(text) ? 'part' : 'wrong' }
}
