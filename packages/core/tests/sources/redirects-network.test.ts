import { fetchSnapshot, keepstream, type SourceError } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { record, requestFor } from '../support/recorder'
import { listen } from '../support/stream-servers'

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as SourceError,
  )

describe('a redirect, over a real network', () => {
  const redirecting = async (status: number, location: string) => {
    const asked: string[] = []
    const url = await listen((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers['authorization'] ?? ''}`)
      response.writeHead(asked.length > 1 ? 200 : status, { location, 'content-type': 'text/event-stream' }).end()
    })
    return { url, asked }
  }

  it.each([301, 302, 303, 307, 308])('with %d is not followed, and its target is reported', async (status) => {
    const { url, asked } = await redirecting(status, '/login?next=/secret#there')
    const { live, snapshot, stop } = keepstream({ url: `${url}/streams`, headers: { authorization: 'Bearer t' } })
    const { error } = await record(live)
    expect(error).toMatchObject({ code: 'redirected', location: `${url}/login` })
    expect(String(error)).toContain(`${url}/login`)
    expect(String(error)).toContain('sign in')
    expect(asked).toEqual(['POST /streams/answer/drive Bearer t'])
    asked.length = 0
    expect(await refusal(snapshot.open(requestFor(), { next() {}, alive() {} }))).toMatchObject({ code: 'redirected' })
    asked.length = 0
    expect(await refusal(stop(requestFor()))).toMatchObject({ code: 'redirected', location: `${url}/login` })
  })

  it('to the same path with a slash names the cure', async () => {
    const { url } = await redirecting(308, '/streams/answer/drive/')
    const { error } = await record(keepstream({ url: `${url}/streams` }).live)
    expect(error).toMatchObject({ code: 'redirected', location: `${url}/streams/answer/drive/` })
    expect(String(error)).toContain('skipTrailingSlashRedirect')
    expect(String(error)).not.toContain('sign in')
  })

  it('reports no user info, and does not change an invalid URL', async () => {
    const one = await redirecting(302, 'https://user:secret@idp.example/auth?state=secret')
    const error = await refusal(fetchSnapshot({ url: `${one.url}/read` })(requestFor()))
    expect(error).toMatchObject({ code: 'redirected', location: 'https://idp.example/auth' })
    expect(String(error)).not.toContain('secret')
    const other = await redirecting(302, 'http://[')
    expect(await refusal(fetchSnapshot({ url: `${other.url}/read` })(requestFor()))).toMatchObject({
      code: 'redirected',
      location: 'http://[',
    })
  })
})
