import { describe, expect, it } from 'vitest'
import { localUrls } from '../server/local-urls'
import { readSettings } from '../server/settings'
import { parseRoute } from '../src/use-route'

describe('settings', () => {
  it('are port 5173, every interface, a folder of its own and the pace of a language model', () => {
    expect(readSettings({})).toMatchObject({ port: 5173, host: undefined, answerSpeed: 1 })
    expect(readSettings({ PORT: '' }).port).toBe(5173)
    expect(readSettings({ PORT: '8080', HOST: '127.0.0.1', DATA_DIR: '/x', ANSWER_SPEED: '20' })).toEqual({
      port: 8080,
      host: '127.0.0.1',
      dataDir: '/x',
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

  it('tell where the page can be opened', () => {
    expect(localUrls(5173, undefined)[0]).toBe('http://localhost:5173')
    expect(localUrls(80, '127.0.0.1')).toEqual(['http://127.0.0.1:80'])
    expect(localUrls(80, '::1')).toEqual(['http://[::1]:80'])
  })
})

describe('routes', () => {
  it('name a conversation and how it is seen', () => {
    expect(parseRoute('/')).toEqual({ chatId: undefined, isFollower: false })
    expect(parseRoute('/c/a_-1')).toEqual({ chatId: 'a_-1', isFollower: false })
    expect(parseRoute('/c/a_-1?view=follower')).toEqual({ chatId: 'a_-1', isFollower: true })
    expect(parseRoute('/c/a/b')).toEqual({ chatId: undefined, isFollower: false })
  })
})
