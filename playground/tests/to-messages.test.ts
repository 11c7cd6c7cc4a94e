import { describe, expect, it } from 'vitest'
import { toMessages } from '../server/endpoint/to-messages'
import type { Chat } from '../shared/chat'

function chatOf(questions: number): Chat {
  const messages = Array.from({ length: questions }, (_, index) => ({
    streamId: `stream-${index + 1}`,
    question: `question ${index + 1}`,
    createdAt: index,
  }))
  return { chatId: 'chat', title: '', createdAt: 0, messages }
}

const contents = (messages: { content?: unknown }[]) => messages.slice(1).map(({ content }) => content)
const passages = undefined

describe('the messages for an endpoint', () => {
  it('ends with the question of the stream, and knows nothing of later ones', async () => {
    const messages = await toMessages(chatOf(3), 'stream-2', { readAnswer: async () => 'an answer', passages })
    expect(contents(messages)).toEqual(['question 1', 'an answer', 'question 2'])
  })

  it('leaves out questions without an answer, so that questions and answers alternate', async () => {
    const readAnswer = async (id: string) => (id === 'stream-1' ? '' : 'an answer')
    const messages = await toMessages(chatOf(3), 'stream-3', { readAnswer, passages })
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user'])
    expect(contents(messages)).toEqual(['question 2', 'an answer', 'question 3'])
  })

  it('keeps the latest ten exchanges, and reads no older answer', async () => {
    const read: string[] = []
    const readAnswer = async (id: string) => {
      read.push(id)
      return 'an answer'
    }
    const messages = await toMessages(chatOf(30), 'stream-30', { readAnswer, passages })
    expect(contents(messages)[0]).toBe('question 20')
    expect(messages).toHaveLength(1 + 2 * 10 + 1)
    expect(read).toHaveLength(10)
  })

  it('is bounded in length: the exchange that does not fit, and all before it, are left out', async () => {
    const readAnswer = async (id: string) => 'x'.repeat(id === 'stream-3' ? 12_000 : 5_000)
    const messages = await toMessages(chatOf(6), 'stream-6', { readAnswer, passages })
    expect(contents(messages).filter((content) => !String(content).startsWith('x'))).toEqual([
      'question 4',
      'question 5',
      'question 6',
    ])
  })

  it("contains the documentation's passages about the question", async () => {
    const sources = { readAnswer: async () => '', passages: 'An epoch is the number of a claim.' }
    const [system] = await toMessages(chatOf(1), 'stream-1', sources)
    expect(system?.role).toBe('system')
    expect(system?.content).toContain('An epoch is the number of a claim.')
  })

  it('is refused for a stream that belongs to no question', async () => {
    await expect(toMessages(chatOf(1), 'other', { readAnswer: async () => '', passages })).rejects.toThrow('other')
  })
})
