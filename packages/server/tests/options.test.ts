import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  type CreateStreamsOptions,
  createStreams,
  type DriveContext,
  isStreamServerError,
  memoryStore,
  type Producer,
  type ProducerContext,
} from '../src'
import { request } from './support/rig'

describe('options', () => {
  const store = memoryStore()
  const wrong: [string, unknown, string][] = [
    ['nothing', undefined, 'options'],
    ['no store', {}, 'store'],
    ['an incomplete store', { store: { create() {} } }, "'claim'"],
    ['a misspelt name', { store, leaseMS: 1 }, 'leaseMS'],
    ['a misspelt flush name', { store, flush: { sentencesMs: 1 } }, 'flush.sentencesMs'],
    ['a string for a number', { store, leaseMs: '45000' }, 'leaseMs'],
    ['a negative time', { store, settleMs: -1 }, 'settleMs'],
    ['not a number', { store, maxLength: Number.NaN }, 'maxLength'],
    ['an empty flush', { store, flush: { maxLength: 0 } }, 'flush.maxLength'],
    ['a string for a pattern', { store, flush: { sentenceEnd: '.' } }, 'flush.sentenceEnd'],
    ['a function for a pattern', { store, flush: { atOnce: () => true } }, 'flush.atOnce'],
    ['no flush at all', { store, flush: null }, "'flush'"],
    ['a string for a flag', { store, keepsStore: 'no' }, 'keepsStore'],
    ['a number for a flag that is on', { store, compress: 1 }, 'compress'],
    ['a listener that is not a function', { store, onError: 'console' }, 'onError'],
  ]

  it.each(wrong)('%s is refused with the package, the option and the fix', (_, options, name) => {
    const attempt = () => createStreams(options as CreateStreamsOptions)
    expect(attempt).toThrow(expect.objectContaining({ code: 'invalid-option' }))
    expect(attempt).toThrow(/^@keepstream\/server: option /)
    expect(attempt).toThrow(name)
  })

  const durations = ['leaseMs', 'settleMs', 'drainMs', 'keepAliveMs', 'rolloverMs', 'flush.intervalMs'] as const
  it.each(durations)(
    '%s above the longest time of a timer is refused, because the timer would fire at once',
    (name) => {
      const given = (ms: number) => (name === 'flush.intervalMs' ? { flush: { intervalMs: ms } } : { [name]: ms })
      expect(() => createStreams({ store, ...given(2_147_483_647) })).not.toThrow()
      expect(() => createStreams({ store, ...given(2_147_483_648) })).toThrow(new RegExp(`'${name}'.*2147483647`))
    },
  )

  it('of the other functions are checked too', async () => {
    const streams = createStreams({ store })
    const id = await streams.createStream()
    const wrongs: [(given: never) => Promise<unknown>, unknown, string][] = [
      [streams.createStream, { metadata: 1 }, "'metadata'"],
      [streams.createStream, null, "'options'"],
      [(given) => streams.stream(request(), id, () => undefined, given), { canresume: true }, "'canresume'"],
      [(given) => streams.stream(request(), id, () => undefined, given), null, "'options'"],
      [(given) => streams.stream(request(), id, () => undefined, given), { waitUntil: 'done' }, "'waitUntil'"],
      [(given) => streams.stream(request(), id, () => undefined, given), { canResume: 'yes' }, "'canResume'"],
      [(given) => streams.start(id, () => undefined, given), { canResume: 1 }, "'canResume'"],
      [streams.sweep, undefined, "'options'"],
      [streams.sweep, {}, "'olderThanMs'"],
      [streams.sweep, { olderThanMs: '5' }, "'olderThanMs'"],
      [streams.sweep, { olderThanMs: -1 }, "'olderThanMs'"],
      [streams.sweep, { olderThanMs: 5, limit: -1 }, "'limit'"],
      [streams.sweep, { olderThanMs: 5, limits: 1 }, "'limits'"],
    ]
    for (const [call, given, name] of wrongs) {
      await expect(call(given as never)).rejects.toMatchObject({
        code: 'invalid-option',
        message: expect.stringMatching(new RegExp(`^@keepstream/server: option ${name} cannot be used: .+`)),
      })
    }
    expect(await streams.sweep({ olderThanMs: 40 * 24 * 60 * 60_000 })).toEqual([])
  })

  it('a meta that cannot be JSON is an invalid option, and not a failure of the store', async () => {
    const failures: unknown[] = []
    const streams = createStreams({ store, onError: (error) => failures.push(error) })
    await expect(streams.createStream({ meta: 1n })).rejects.toMatchObject({ code: 'invalid-option' })
    expect(failures).toEqual([])
  })

  it('of the handler are checked too, and authorize is required', () => {
    const streams = createStreams({ store })
    const wrongs = [
      [undefined, "'options'"],
      [{ basePath: '/streams' }, 'authorize'],
      [{ basePath: '/streams', authorize: true }, 'authorize'],
      [{ basePath: 'streams', authorize: 'public' }, 'basePath'],
      [{ authorize: 'public' }, 'basePath'],
      [{ basePath: '/', authorize: 'public', produce: 'text' }, 'produce'],
      [{ basePath: '/', authorize: 'public', allowedOrigins: ['*'] }, 'allowedOrigins'],
      [{ basePath: '/', authorize: 'public', allowedOrigins: ['https://app.example/'] }, 'allowedOrigins'],
      [{ basePath: '/', authorize: 'public', allowedOrigins: 'https://app.example' }, "'allowedOrigins'"],
      ...[{ allowCredentials: true }, { allowedOrigins: ['https://app.example'], allowCredentials: 'include' }].map(
        (cors) => [{ basePath: '/', authorize: 'public', ...cors }, 'allowCredentials'],
      ),
      ...[
        { allowedHeaders: ['x-own'] },
        { allowedOrigins: ['https://app.example'], allowedHeaders: 'x-own' },
        { allowedOrigins: ['https://app.example'], allowedHeaders: ['*'] },
        { allowedOrigins: ['https://app.example'], allowedHeaders: ['x-own: 1'] },
      ].map((cors) => [{ basePath: '/', authorize: 'public', ...cors }, 'allowedHeaders']),
      [{ basePath: '/', authorize: 'public', maxBodyBytes: 'big' }, 'maxBodyBytes'],
      [{ basePath: '/', authorize: 'public', maxBodyBytes: '5' }, 'maxBodyBytes'],
      [{ basePath: '/', authorize: 'public', canResume: 'no' }, 'canResume'],
      [{ basePath: '/back\\slash', authorize: 'public' }, 'basePath'],
      [{ basePath: '/new\nline', authorize: 'public' }, 'basePath'],
      [{ basePath: '/', authorize: 'public', authorise: 'public' }, 'authorise'],
      ...['/a/../b', '/..', '/.', '/a/./b/', '/a/%2e%2E/b', '/.%2e'].map((basePath) => [
        { basePath, authorize: 'public' },
        /basePath.*'\.'/,
      ]),
      ...['//', '/a//b', '//a', '/a//'].map((basePath) => [{ basePath, authorize: 'public' }, /basePath.*\/\//]),
      ...['/streams/*', '/:tenant/streams', 'https://api.example/streams', '/streams?x'].map((basePath) => [
        { basePath, authorize: 'public' },
        /basePath.*path such as '\/streams'.*not a pattern/,
      ]),
    ] as [Record<string, unknown> | undefined, string | RegExp][]
    for (const [given, name] of wrongs) {
      const attempt = () => streams.handler(given as unknown as Parameters<typeof streams.handler>[0])
      expect(attempt).toThrow(/^@keepstream\/server: option '.+' cannot be used: .+/)
      expect(attempt).toThrow(name)
    }
  })

  it.each([
    ['https://app.example/', /write 'https:\/\/app\.example'/],
    ['https://app.example/path', /write 'https:\/\/app\.example'/],
    ['https://APP.example', /write 'https:\/\/app\.example'/],
    ['https://app.example:443', /write 'https:\/\/app\.example'/],
    ['http://app.example:80', /write 'http:\/\/app\.example'/],
    [' https://app.example', /write 'https:\/\/app\.example'/],
    ['https://größe.example', /write 'https:\/\/xn--gre-6ka8i\.example'/],
    ['https://user@app.example', /write 'https:\/\/app\.example'/],
    ['Tauri://localhost', /write 'tauri:\/\/localhost'/],
    ['tauri://localhost/', /write 'tauri:\/\/localhost'/],
    ['https://*.example.com', /no wildcards/],
    ['app://*', /no wildcards/],
    ['*', /no wildcards/],
    ['null', /sandboxed/],
    ['file://', /sandboxed/],
    ['file:///home/page.html', /sandboxed/],
    ['wss://app.example', /no page/],
    ['blob:https://app.example/1', /such as/],
    ['capacitor:localhost', /such as/],
    ['ionic:', /such as/],
    ['app.example', /such as/],
    ['localhost:3000', /such as/],
    ['', /such as/],
    [/example/, /such as/],
  ])('an origin that browsers never send as %s is refused with the fix', (origin, cure) => {
    const streams = createStreams({ store })
    const attempt = () => streams.handler({ basePath: '/', authorize: 'public', allowedOrigins: [origin as string] })
    expect(attempt).toThrow(expect.objectContaining({ code: 'invalid-option' }))
    expect(attempt).toThrow(/^@keepstream\/server: option 'allowedOrigins' cannot be used: /)
    expect(attempt).toThrow(cure)
  })

  it('errors are recognised by isStreamServerError', () => {
    try {
      createStreams({} as CreateStreamsOptions)
    } catch (error) {
      expect(isStreamServerError(error)).toBe(true)
    }
    expect(isStreamServerError(new Error('other'))).toBe(false)
  })
})

describe('types', () => {
  it('accept what an SDK returns as a producer', () => {
    expectTypeOf(() => ({}) as AsyncIterable<string> & ReadableStream<string>).toExtend<Producer>()
    expectTypeOf(async function* () {
      yield 'text'
    }).toExtend<Producer>()
    expectTypeOf(async ({ append }: ProducerContext) => append('text')).toExtend<Producer>()
    expectTypeOf(() => 42).not.toExtend<Producer>()
    expectTypeOf(async ({ request }: DriveContext) => void request.url).toExtend<Producer<DriveContext>>()
    expectTypeOf(async ({ request }: DriveContext) => void request.url).not.toExtend<Producer>()
    expectTypeOf(() => ({}) as AsyncIterable<{ text: string }>).not.toExtend<Producer>()
  })
})

describe('the main entry', () => {
  it('imports nothing of Node and nothing from npm', () => {
    const folder = new URL('../src/', import.meta.url)
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !/^(stores|testkit)[\\/]/.test(name),
    )
    expect(files.length).toBeGreaterThan(20)
    for (const name of files) {
      const source = readFileSync(new URL(name, folder), 'utf8')
      for (const [, from] of source.matchAll(/\bfrom '([^']+)'/g)) expect(from).toMatch(/^\.\.?\//)
    }
  })
})
