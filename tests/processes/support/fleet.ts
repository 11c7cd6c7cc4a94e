import type { FetchLike } from '@keepstream/core'
import { type ServerProcess, startServer } from '../../support/server-process'

/** Server processes on one store, and a load balancer. */
export interface Fleet {
  readonly servers: readonly ServerProcess[]
  /** Sends a request for `http://fleet.test/…` to the server that `choose` returns. */
  fetchAt(choose: (servers: readonly ServerProcess[]) => ServerProcess | undefined): FetchLike
  /** Starts one more server, for requests from now on. */
  add(): Promise<ServerProcess>
  /** Sends no more requests to this server, as a deployment does that takes it out of the balance. */
  takeOut(server: ServerProcess): void
  create(answer: Answer): Promise<string>
  read(id: string): Promise<StoredAnswer>
  /** How often all servers have printed a line, including those that have ended. */
  count(line: string): number
  close(): Promise<void>
}

export interface Answer {
  readonly seed: number
  readonly count: number
  readonly delayMs: number
}

export interface StoredAnswer {
  readonly text: string
  readonly status: string
  readonly epoch: number
}

export const fleetUrl = 'http://fleet.test/streams'

/** Fleets start their servers one after another. Otherwise a small machine would have no time for those that run already. */
let starting: Promise<unknown> = Promise.resolve()

export async function startFleet(count: number, env: Record<string, string>): Promise<Fleet> {
  const all: ServerProcess[] = []
  const servers: ServerProcess[] = []
  const add = async () => {
    const server = await startServer('tests/support/stream-server.mjs', env)
    all.push(server)
    servers.push(server)
    return server
  }
  for (let index = 0; index < count; index++) starting = starting.then(add)
  await starting
  let turn = 0
  const next = () => {
    const server = servers[turn++ % servers.length]
    if (server === undefined) throw new Error('no server takes requests')
    return server
  }

  return {
    servers,
    add,
    fetchAt: (choose) => (url, init) => {
      const server = choose(servers)
      if (server === undefined) return Promise.reject(new TypeError('no server takes requests'))
      return fetch(String(url).replace('http://fleet.test', server.url), init)
    },
    takeOut(server) {
      const index = servers.indexOf(server)
      if (index >= 0) servers.splice(index, 1)
    },
    async create(answer) {
      const response = await fetch(`${next().url}/create`, { method: 'POST', body: JSON.stringify(answer) })
      if (!response.ok)
        throw new Error(
          `no stream was created: ${response.status}\n${servers.map((server) => server.output()).join('\n')}`,
        )
      return ((await response.json()) as { id: string }).id
    },
    async read(id) {
      for (let attempt = 1; ; attempt++) {
        const response = await fetch(`${next().url}/streams/${id}`, { headers: { accept: 'application/json' } })
        if (response.ok) return (await response.json()) as StoredAnswer
        // A store that is busy for too long is a passing failure, which every client retries.
        if (response.status !== 500 || attempt === 20) throw new Error(`${response.status} ${await response.text()}`)
        await new Promise((resolve) => setTimeout(resolve, 250))
      }
    },
    count: (line) =>
      all
        .map((server) => server.output())
        .join('')
        .split(`${line}\n`).length - 1,
    async close() {
      await Promise.all(all.map((server) => server.kill()))
    },
  }
}
