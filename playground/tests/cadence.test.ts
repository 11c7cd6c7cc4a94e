import { describe, expect, it } from 'vitest'
import { writeAnswer } from '../server/answers/answer-producer'
import { paceText } from '../server/answers/cadence'

const text = `First words of it. Then **more** 🙂🙂 text!\n\n- item one\n- item two\n\n\`\`\`ts\n  const a = 1\n\`\`\`\n`

describe('the cadence of an answer', () => {
  it('comes in chunks that together are the text, none longer than a token and none splitting a character', () => {
    for (const source of [text, '', '   ', '\n\n', 'x', '👩‍👩‍👧 '.repeat(20)]) {
      const pieces = [...paceText(source, () => 0.5)]
      expect(pieces.map((piece) => piece.text).join('')).toBe(source)
      for (const piece of pieces) {
        expect([...piece.text.trim()].length).toBeLessThanOrEqual(6)
        expect(piece.text).not.toMatch(/\p{Cs}/u)
      }
    }
  })

  it('waits 15 to 40 ms between chunks, longer after a sentence', () => {
    const slowest = [...paceText('One two. Three four', () => 0.999)]
    const fastest = [...paceText('One two. Three four', () => 0)]
    expect(slowest.map((piece) => piece.text)).toEqual(['One', ' two.', ' Three', ' four'])
    expect(fastest[1]?.delayMs).toBe(15)
    expect(slowest[1]?.delayMs).toBeLessThan(40)
    expect(fastest[2]?.delayMs).toBeGreaterThan(60)
  })
})

describe('writing an answer', () => {
  const collect = () => {
    const pieces: string[] = []
    const append = async (piece: string) => {
      pieces.push(piece)
    }
    return { pieces, append }
  }

  it('writes the whole text', async () => {
    const { pieces, append } = collect()
    await writeAnswer(paceText(text), { speed: 1e6 })({ append, signal: new AbortController().signal })
    expect(pieces.join('')).toBe(text)
  })

  it('takes as long as a language model, divided by the speed', async () => {
    const slept: Record<number, number> = {}
    for (const speed of [1, 4]) {
      const sleep = async (ms: number) => {
        slept[speed] = (slept[speed] ?? 0) + ms
      }
      await writeAnswer(
        paceText(text, () => 0.5),
        { speed, sleep },
      )({
        append: collect().append,
        signal: new AbortController().signal,
      })
    }
    expect(slept[1]).toBeGreaterThan(400)
    expect((slept[1] ?? 0) / (slept[4] ?? 1)).toBeCloseTo(4)
  })

  it('writes nothing after it was aborted between two chunks, and rejects with the reason', async () => {
    const { pieces, append } = collect()
    const abort = new AbortController()
    const reason = new Error('stopped by the reader')
    const sleep = async () => {
      if (pieces.length === 3) abort.abort(reason)
    }
    await expect(writeAnswer(paceText(text), { sleep })({ append, signal: abort.signal })).rejects.toBe(reason)
    expect(pieces).toHaveLength(3)
  })

  it('ends at once when it is aborted in a pause', async () => {
    const { pieces, append } = collect()
    const abort = new AbortController()
    const reason = new Error('stopped by the reader')
    const written = writeAnswer(paceText(text), { speed: 1e-6 })({ append, signal: abort.signal })
    abort.abort(reason)
    await expect(written).rejects.toBe(reason)
    expect(pieces).toEqual([])
  })
})
