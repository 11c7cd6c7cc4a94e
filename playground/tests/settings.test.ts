import { describe, expect, it } from 'vitest'
import { endpointNotice } from '../server/endpoint/read-endpoint'
import { localUrls } from '../server/local-urls'
import { readSettings } from '../server/settings'
import { describeStore } from '../server/store-address'

describe('settings', () => {
  it('are port 5173, this machine alone, a separate folder and the pace of a language model', () => {
    expect(readSettings({})).toMatchObject({ port: 5173, host: '127.0.0.1', allowedHosts: [], answerSpeed: 1 })
    expect(readSettings({ HOST: ' ' }).host).toBe('127.0.0.1')
    expect(readSettings({ ALLOWED_HOSTS: 'a.test, b.test' }).allowedHosts).toEqual(['a.test', 'b.test'])
    expect(readSettings({ PORT: '' }).port).toBe(5173)
    expect(readSettings({ PORT: '8080', HOST: '127.0.0.1', DATA_DIR: '/x', ANSWER_SPEED: '20' })).toEqual({
      port: 8080,
      host: '127.0.0.1',
      allowedHosts: [],
      dataDir: '/x',
      store: { type: 'sqlite' },
      answerSpeed: 20,
    })
  })

  it('that cannot be used are refused with the cure', () => {
    for (const env of [
      { PORT: 'abc' },
      { PORT: '70000' },
      { PORT: '1.5' },
      { ANSWER_SPEED: '0' },
      { ANSWER_SPEED: '-1' },
    ]) {
      expect(() => readSettings(env), JSON.stringify(env)).toThrow(
        /playground cannot use (PORT|ANSWER_SPEED)=.*Set it to/,
      )
    }
  })

  it('keep streams in Postgres or Redis when STORE is set so', () => {
    for (const [STORE, type] of [
      ['postgres://me@localhost/app', 'postgres'],
      ['postgresql://me@localhost:5433/app', 'postgres'],
      ['redis://localhost:6379', 'redis'],
      ['rediss://localhost:6380/2', 'redis'],
    ] as const) {
      expect(readSettings({ STORE }).store).toEqual({ type, url: STORE })
    }
    expect(readSettings({ STORE: ' ' }).store).toEqual({ type: 'sqlite' })
    expect(describeStore({ type: 'postgres', url: 'postgres://me:hunter2@db.local/app' })).toBe('Postgres at db.local')
  })

  it('refuse any other STORE with the cure, and repeat no password that stands in it', () => {
    for (const STORE of ['mysql://me:hunter2@localhost/app', 'streams.db', 'hunter2@localhost', 'postgres//hunter2']) {
      expect(() => readSettings({ STORE }), STORE).toThrow(
        /^(?!.*hunter2).*cannot use STORE.*Set it to .*postgres:\/\/.*redis:\/\/.*leave it out/,
      )
    }
  })

  it('use an endpoint when its URL, key and model are set', () => {
    const env = { OPENAI_BASE_URL: 'http://localhost:11434/v1', OPENAI_API_KEY: ' a-key ', OPENAI_MODEL: 'a-model' }
    expect(readSettings(env).endpoint).toEqual({
      baseUrl: 'http://localhost:11434/v1',
      apiKey: 'a-key',
      model: 'a-model',
    })
    expect(endpointNotice(env)).toBeUndefined()
  })

  it('name the setting that an endpoint lacks, and the fix', () => {
    const url = { OPENAI_BASE_URL: 'http://localhost:11434/v1' }
    const missing = (name: string) => new RegExp(`needs ${name}, because OPENAI_BASE_URL is set.*Set it to .*leave`)
    expect(() => readSettings({ ...url, OPENAI_MODEL: 'a-model' })).toThrow(missing('OPENAI_API_KEY'))
    expect(() => readSettings({ ...url, OPENAI_API_KEY: 'a-key', OPENAI_MODEL: ' ' })).toThrow(missing('OPENAI_MODEL'))
    for (const OPENAI_BASE_URL of ['localhost:11434', 'ftp://localhost/v1', 'nonsense']) {
      const env = { OPENAI_BASE_URL, OPENAI_API_KEY: 'a-key', OPENAI_MODEL: 'a-model' }
      expect(() => readSettings(env), OPENAI_BASE_URL).toThrow(/cannot use OPENAI_BASE_URL=.*Set it to a URL/)
    }
  })

  it('repeat no password that stands in the URL of an endpoint', () => {
    const env = { OPENAI_BASE_URL: 'http://me:hunter2@localhost/v1', OPENAI_API_KEY: 'a-key', OPENAI_MODEL: 'a-model' }
    expect(() => readSettings(env)).toThrow(/^(?!.*hunter2).*OPENAI_API_KEY/)
  })

  it('use no key without a URL, and report that', () => {
    const env = { OPENAI_API_KEY: 'a-key', OPENAI_BASE_URL: '' }
    expect(readSettings(env).endpoint).toBeUndefined()
    expect(endpointNotice(env)).toBe(
      'OPENAI_API_KEY without OPENAI_BASE_URL: not used. To have a model answer, set all three.',
    )
    expect(endpointNotice({})).toBeUndefined()
  })

  it('list the URLs of the page', () => {
    expect(localUrls(5173, '0.0.0.0')[0]).toBe('http://localhost:5173')
    expect(localUrls(80, '127.0.0.1')).toEqual(['http://localhost:80'])
    expect(localUrls(80, '::1')).toEqual(['http://[::1]:80'])
  })
})
