import { parts } from '@keepstream/core/fold'
import { plainText } from '@keepstream/core/marks'
import { describe, expect, it } from 'vitest'
import { composeAnswer } from '../server/answers/compose-answer'
import { createAnswer } from '../server/answers/create-answer'
import { describePlan } from '../server/answers/describe-plan'
import { paceAnswer } from '../server/answers/pace-answer'
import { readPassages } from '../server/answers/read-passages'
import { createSearch } from '../server/answers/search-library'

const passages = readPassages(
  'docs/guide.md',
  '# Guide\n\nIntro.\n\n## Eat apples\n\nAn apple a day.\n\n## Pears\n\nA pear.',
)
const search = createSearch(passages)
const sources = { search, files: ['docs/guide.md'], suggestions: [] }
const question = 'What about "apples" 🍏 and pears?'
const answerParts = parts()

const chunksOf = (asked: string) => [...paceAnswer(createAnswer(asked, sources), () => 0.5)]
const textOf = (asked: string) =>
  chunksOf(asked)
    .map(({ text }) => text)
    .join('')

describe('an answer from the documentation', () => {
  it('thinks, searches, and says what it found', () => {
    const text = textOf(question)
    const prose = composeAnswer(search(question), sources)
    expect(answerParts.ofText(text)).toMatchObject([
      { type: 'reasoning', state: 'done', text: describePlan(question) },
      {
        type: 'tool-search',
        state: 'output-available',
        input: { query: question },
        output: [
          { file: 'docs/guide.md', heading: 'Pears', url: '/library/docs/guide.md#pears' },
          { file: 'docs/guide.md', heading: 'Eat apples', url: '/library/docs/guide.md#eat-apples' },
        ],
      },
      { type: 'text', state: 'done', text: prose },
    ])
    expect(plainText(text)).toBe(prose)
  })

  it('has the sections in its result that its prose quotes, each with the link that stands there', () => {
    const { hits, prose } = createAnswer(question, sources)
    expect(hits.length).toBeGreaterThan(0)
    for (const { url } of hits) expect(prose).toContain(`(${url})`)
  })

  it('says that it found nothing, with an empty result', () => {
    expect(answerParts.ofText(textOf('Weather tomorrow?'))).toMatchObject([
      { type: 'reasoning' },
      { type: 'tool-search', output: [] },
      { type: 'text', text: expect.stringContaining('nothing in it speaks of that') },
    ])
  })

  it('passes through every state of a call, and the search takes a moment', () => {
    let text = ''
    const states: string[] = []
    for (const chunk of chunksOf(question)) {
      text += chunk.text
      const call = answerParts.ofText(text)[1]
      const state = call !== undefined && 'toolCallId' in call ? call.state : 'none'
      if (states.at(-1) === state) continue
      states.push(state)
      if (state === 'output-available') expect(chunk.delayMs).toBe(700)
    }
    expect(states).toEqual(['none', 'input-streaming', 'input-available', 'output-available'])
  })
})

describe('the plan of an answer', () => {
  it('names the words that are searched, each once, and no common ones', () => {
    expect(describePlan('How do streams stream to a follower?')).toContain('I look in it for “streams” and “follower”')
  })

  it('says so when a question has only common words', () => {
    expect(describePlan('When can I use it?')).toContain('too common for a search')
  })
})
