import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { createStreams, isStreamsError, memoryStore, type Producer, type StreamsOptions } from '../src'

describe('options', () => {
  const store = memoryStore()
  const wrong: [string, unknown, string][] = [
    ['nothing', undefined, 'options'],
    ['no store', {}, 'store'],
    ['half a store', { store: { create() {} } }, "'claim'"],
    ['a misspelt name', { store, leaseMS: 1 }, 'leaseMS'],
    ['a misspelt flush name', { store, flush: { sentencesMs: 1 } }, 'flush.sentencesMs'],
    ['a string for a number', { store, leaseMs: '45000' }, 'leaseMs'],
    ['a negative time', { store, settleMs: -1 }, 'settleMs'],
    ['not a number', { store, maxLength: Number.NaN }, 'maxLength'],
    ['an empty flush', { store, flush: { maxLength: 0 } }, 'flush.maxLength'],
    ['a string for a pattern', { store, flush: { sentenceEnd: '.' } }, 'flush.sentenceEnd'],
    ['a listener that is none', { store, onError: 'console' }, 'onError'],
  ]

  it.each(wrong)('%s is refused with package, option and cure', (_, options, name) => {
    const attempt = () => createStreams(options as StreamsOptions)
    expect(attempt).toThrow(expect.objectContaining({ code: 'invalid-option' }))
    expect(attempt).toThrow(/^@keepstream\/server: option /)
    expect(attempt).toThrow(name)
  })

  it('of the handler are checked too, and authorize is required', () => {
    const streams = createStreams({ store })
    const wrongs: [Record<string, unknown>, string][] = [
      [{ basePath: '/streams' }, 'authorize'],
      [{ basePath: '/streams', authorize: true }, 'authorize'],
      [{ basePath: 'streams', authorize: 'public' }, 'basePath'],
      [{ authorize: 'public' }, 'basePath'],
      [{ basePath: '/', authorize: 'public', produce: 'text' }, 'produce'],
      [{ basePath: '/', authorize: 'public', allowedOrigins: ['*'] }, 'allowedOrigins'],
      [{ basePath: '/', authorize: 'public', allowedOrigins: ['https://app.example/'] }, 'allowedOrigins'],
      [{ basePath: '/', authorize: 'public', maxBodyBytes: 'big' }, 'maxBodyBytes'],
      [{ basePath: '/', authorize: 'public', authorise: 'public' }, 'authorise'],
    ]
    for (const [given, name] of wrongs) {
      const attempt = () => streams.handler(given as unknown as Parameters<typeof streams.handler>[0])
      expect(attempt).toThrow(name)
    }
  })

  it('errors are told by a guard that survives duplicate packages', () => {
    try {
      createStreams({} as StreamsOptions)
    } catch (error) {
      expect(isStreamsError(error)).toBe(true)
    }
    expect(isStreamsError(new Error('other'))).toBe(false)
  })
})

describe('types', () => {
  it('take what an SDK returns as a producer', () => {
    expectTypeOf(() => ({}) as AsyncIterable<string> & ReadableStream<string>).toExtend<Producer>()
    expectTypeOf(async function* () {
      yield 'text'
    }).toExtend<Producer>()
    expectTypeOf(async (append: (text: string) => Promise<void>) => append('text')).toExtend<Producer>()
    expectTypeOf(() => 42).not.toExtend<Producer>()
    expectTypeOf(() => ({}) as AsyncIterable<{ text: string }>).not.toExtend<Producer>()
  })
})

describe('the main entry', () => {
  it('imports nothing of Node and nothing from npm', () => {
    const folder = new URL('../src/', import.meta.url)
    const files = readdirSync(folder).filter((name) => name.endsWith('.ts'))
    expect(files.length).toBeGreaterThan(20)
    for (const name of files) {
      const source = readFileSync(new URL(name, folder), 'utf8')
      for (const [, from] of source.matchAll(/\bfrom '([^']+)'/g)) expect(from).toMatch(/^\.\//)
    }
  })
})
