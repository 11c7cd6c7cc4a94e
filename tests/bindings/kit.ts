import { createStreamClient, keepstream, type StreamClient } from '@keepstream/core'
import { expect, onTestFinished, vi } from 'vitest'
import type { ComponentProps, Driver, Placed, ProbeProps, Probes, Seen } from './driver'
import { createFakeServer, type FakeServer } from './support/fake-server'
import { pass, settled } from './support/fake-time'

/** Longer than the client keeps reading a stream after its last reader has left. */
export const GRACE_MS = 1500

type KeepstreamOptions = Parameters<typeof keepstream>[0]

/** What a scenario works with: a server, pages to open, and the framework under test. */
export interface Kit {
  readonly server: FakeServer
  /** Creates a client. Each tab and each device has its own. */
  open(options?: Partial<KeepstreamOptions>): StreamClient
  /** Mounts a tree with one component. */
  mount(props: ComponentProps): Page
  /** Mounts a component that creates its client inline and drives an id. */
  mountInline(id: string, makeClient: () => StreamClient): Pick<Page, 'screen' | 'unmount'>
  /** Mounts a provider that gets a client made inline, and a component that drives an id. */
  mountInlineProvider(id: string, makeClient: () => StreamClient): Pick<Page, 'screen' | 'unmount'>
  /** Mounts a component that drives an id and reads only its status: `statuses` has the status of each render. */
  mountStatus(client: StreamClient, id: string): Pick<Page, 'screen' | 'unmount'> & { readonly statuses: string[] }
  /** What a component without options gets inside of the providers: the client, `useStream`'s result, or their errors. */
  lookForClient(...providers: StreamClient[]): unknown[]
  /** How an application of this framework provides a client, as the error without a client says it. */
  readonly cure: string
  /** Mounts one tree with several components. */
  mountAll(components: readonly ComponentProps[]): Page[]
  /** Runs `what` and waits until all its effects are on the screen. */
  happens(what?: () => unknown): Promise<void>
  /** Every request so far: `drive a 0` drives stream a from offset 0. */
  requested(): string[]
}

/** One component on its page. */
export interface Page {
  /** The values of every render, in order, including discarded renders. */
  readonly results: readonly Seen[]
  /** The values of the latest render. */
  readonly last: Seen
  /** The text on the screen. */
  readonly screen: string
  apply(change: Partial<ComponentProps>): void
  unmount(): void
}

/** Creates a kit for one test. `leave` unmounts everything and checks that no connection and no timer is left. */
export function createKit(driver: Driver): Kit & { leave(): Promise<void> } {
  const server = createFakeServer()
  const disposers: (() => void)[] = []
  onTestFinished(async () => {
    for (const dispose of disposers) dispose()
    // Until then a client listens to the page, and would answer to events of later tests.
    if (vi.isFakeTimers()) await vi.advanceTimersByTimeAsync(GRACE_MS)
  })

  function mountAll(components: readonly ComponentProps[]): Page[] {
    const container = document.body.appendChild(document.createElement('div'))
    const results: Seen[][] = components.map(() => [])
    const render = (props: ComponentProps, index: number) =>
      place({ ...props, name: `component-${index}`, onRender: (seen: Seen) => void results[index]?.push(seen) })
    /** By its mode, the driver passes the client as an option or with a provider. */
    function place({ providers, client, ...probe }: Omit<ProbeProps, 'client'> & ComponentProps): Placed {
      if (providers || driver.clientPlace === 'option')
        return { providers: providers ?? [], probe: { ...probe, client } }
      return { providers: client ? [client] : [], probe }
    }
    let all: readonly (ComponentProps | undefined)[] = components
    const probes = (): Probes => all.map((props, index) => props && render(props, index))
    const rendered = driver.mount(container, probes())
    const remove = () => {
      if (!container.isConnected) return
      rendered.unmount()
      container.remove()
    }
    disposers.push(remove)

    function replace(index: number, change: Partial<ComponentProps> | undefined) {
      all = all.map((props, at) => (at === index && props ? change && { ...props, ...change } : props))
      if (all.some((props) => props)) rendered.apply(probes())
      else remove()
    }

    return results.map((seen, index) => ({
      results: seen,
      get last() {
        const last = seen.at(-1)
        if (!last) throw new Error('the component has not been rendered')
        return last
      },
      get screen() {
        return container.querySelector(`output[name=component-${index}]`)?.textContent ?? ''
      },
      apply: (change) => replace(index, change),
      unmount: () => replace(index, undefined),
    }))
  }

  function mountMaking(mount: Driver['mountInline'], id: string, makeClient: () => StreamClient) {
    return mountOne((container, name) => mount(container, { id, name, makeClient }))
  }

  function mountOne(mount: (container: HTMLElement, name: string) => () => void) {
    const container = document.body.appendChild(document.createElement('div'))
    const leave = mount(container, 'inline')
    const unmount = () => {
      if (!container.isConnected) return
      leave()
      container.remove()
    }
    disposers.push(unmount)
    return {
      unmount,
      get screen() {
        return container.querySelector('output[name=inline]')?.textContent ?? ''
      },
    }
  }

  return {
    server,
    cure: driver.cure,
    open: (options) => createStreamClient(keepstream({ url: '/streams', fetch: server.fetch, ...options })),
    mount: (props) => mountAll([props])[0] as Page,
    mountAll,
    mountInline: (id, makeClient) => mountMaking(driver.mountInline, id, makeClient),
    mountInlineProvider: (id, makeClient) => mountMaking(driver.mountInlineProvider, id, makeClient),
    mountStatus(client, id) {
      const statuses: string[] = []
      const onRender = (status: string) => void statuses.push(status)
      const page = mountOne((container, name) => driver.mountStatus(container, { client, id, name, onRender }))
      return Object.assign(page, { statuses })
    },
    lookForClient(...providers) {
      const container = document.body.appendChild(document.createElement('div'))
      const results: unknown[] = []
      driver.mountClientProbe(container, providers, { onResult: (result) => results.push(result) })()
      container.remove()
      return results
    },
    async happens(what = () => {}) {
      await what()
      await settled()
    },
    requested: () => server.requests.map(({ kind, id, offset }) => `${kind} ${id} ${offset}`),
    async leave() {
      for (const dispose of disposers) dispose()
      await pass(GRACE_MS)
      expect(server.open, 'connections are left open').toBe(0)
      expect(vi.getTimerCount(), 'timers are left').toBe(0)
    },
  }
}

/** P1 and P2: each rendered text is a prefix of the expected text, and begins with the text before it. */
export function expectGrowing(results: readonly Pick<Seen, 'text'>[], expected: string) {
  let before = ''
  for (const { text } of results) {
    expect(expected.startsWith(text), `${JSON.stringify(text)} is no prefix of the expected text`).toBe(true)
    expect(text.startsWith(before), `${JSON.stringify(text)} does not begin with ${JSON.stringify(before)}`).toBe(true)
    before = text
  }
}
