import { describe, expect, it } from 'vitest'
import { guardHost } from '../server/routes/guard-host'

/** Those of these names under which a playground is served. */
async function served(host: string, names: readonly string[], allowedHosts: readonly string[] = []) {
  const guarded = guardHost(() => new Response(), { host, allowedHosts })
  const statuses = await Promise.all(
    names.map(async (name) => (await guarded(new Request('http://x/', { headers: { host: name } }))).status),
  )
  return names.filter((_, index) => statuses[index] === 200)
}

describe('a request for a host', () => {
  const names = ['localhost:5173', '127.0.0.1', '[::1]:1', '192.168.0.9:80', '[fe80::1]', 'box.lan', 'evil.test', 'a b']

  it('is served on this machine alone, unless it is shared', async () => {
    expect(await served('127.0.0.1', names)).toEqual(['localhost:5173', '127.0.0.1', '[::1]:1'])
  })

  it('is served under every address when it is shared, and under no unknown name', async () => {
    expect(await served('0.0.0.0', names)).toEqual(names.slice(0, 5))
    expect(await served('::', names)).toEqual(names.slice(0, 5))
  })

  it('is served under the name or the address it listens on, and under those that are allowed', async () => {
    expect(await served('box.lan', names)).toEqual(['localhost:5173', '127.0.0.1', '[::1]:1', 'box.lan'])
    expect(await served('192.168.0.9', names)).toContain('192.168.0.9:80')
    expect(await served('fe80::1', names)).toContain('[fe80::1]')
    expect(await served('0.0.0.0', names, ['Box.LAN'])).toContain('box.lan')
  })

  it('explains how to allow a name', async () => {
    const guarded = guardHost(() => new Response(), { host: '127.0.0.1', allowedHosts: [] })
    const response = await guarded(new Request('http://x/', { headers: { host: 'box.lan:5173' } }))
    expect(await response.json()).toEqual({
      code: 'unknown-host',
      message: expect.stringContaining('ALLOWED_HOSTS=box.lan npm start'),
    })
  })
})
