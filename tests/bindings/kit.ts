import { createStreamClient, keepstream, type StreamClient } from '@keepstream/core'
import { expect, onTestFinished, vi } from 'vitest'
import type { ComponentProps, Driver, Probes, Seen } from './driver'
import { createFakeServer, type FakeServer } from './support/fake-server'
import { pass, settled } from './support/fake-time'

/** Longer than a stream is read on for after its last reader has left. */
export const GRACE_MS = 1500

type KeepstreamOptions = Parameters<typeof keepstream>[0]

/** All that a scenario has: a server, pages to open, and the framework under test. */
export interface Kit {
  readonly server: FakeServer
  /** A client of its own, as each tab and each device has one. */
  open(options?: Partial<KeepstreamOptions>): StreamClient
  /** A tree with one component. */
  mount(props: ComponentProps): Page
  /** A component with a client made inline, which drives an id. */
  mountInline(id: string, makeClient: () => StreamClient): Pick<Page, 'screen' | 'unmount'>
  /** One tree with several components. */
  mountAll(components: readonly ComponentProps[]): Page[]
  /** Lets something happen, and everything that follows from it, up to what is on the screen. */
  happens(what?: () => unknown): Promise<void>
  /** Every request so far: `drive a 0` drives stream a from offset 0. */
  asked(): string[]
}

/** One component on its page. */
export interface Page {
  /** What every render has seen, in order; those of discarded renders are among them. */
  readonly results: readonly Seen[]
  /** What the latest render has seen. */
  readonly last: Seen
  /** What stands on the screen. */
  readonly screen: string
  apply(change: Partial<ComponentProps>): void
  unmount(): void
}

/** A kit for one test, and the proof that nothing is left once everybody has gone. */
export function createKit(driver: Driver): Kit & { leave(): Promise<void> } {
  const server = createFakeServer()
  const undos: (() => void)[] = []
  onTestFinished(() => {
    for (const undo of undos) undo()
  })

  function mountAll(components: readonly ComponentProps[]): Page[] {
    const container = document.body.appendChild(document.createElement('div'))
    const results: Seen[][] = components.map(() => [])
    const render = (props: ComponentProps, index: number) => ({
      ...props,
      name: `component-${index}`,
      onRender: (seen: Seen) => void results[index]?.push(seen),
    })
    let probes: Probes = components.map(render)
    const rendered = driver.mount(container, probes)
    const remove = () => {
      if (!container.isConnected) return
      rendered.unmount()
      container.remove()
    }
    undos.push(remove)

    function replace(index: number, change: Partial<ComponentProps> | undefined) {
      probes = probes.map((probe, at) => (at === index && probe ? change && { ...probe, ...change } : probe))
      if (probes.some((probe) => probe)) rendered.apply(probes)
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

  return {
    server,
    open: (options) => createStreamClient(keepstream({ url: '/streams', fetch: server.fetch, ...options })),
    mount: (props) => mountAll([props])[0] as Page,
    mountAll,
    mountInline(id, makeClient) {
      const container = document.body.appendChild(document.createElement('div'))
      const leave = driver.mountInline(container, { id, name: 'inline', makeClient })
      const unmount = () => {
        if (!container.isConnected) return
        leave()
        container.remove()
      }
      undos.push(unmount)
      return {
        unmount,
        get screen() {
          return container.querySelector('output[name=inline]')?.textContent ?? ''
        },
      }
    },
    async happens(what = () => {}) {
      await what()
      await settled()
    },
    asked: () => server.requests.map(({ kind, id, offset }) => `${kind} ${id} ${offset}`),
    async leave() {
      for (const undo of undos) undo()
      await pass(GRACE_MS)
      expect(server.open, 'connections are left open').toBe(0)
      expect(vi.getTimerCount(), 'timers are left').toBe(0)
    },
  }
}

/** P1 and P2: each text that was rendered is a prefix of the true one, and begins with the one before it. */
export function expectGrowing(results: readonly Pick<Seen, 'text'>[], truth: string) {
  let before = ''
  for (const { text } of results) {
    expect(truth.startsWith(text), `${JSON.stringify(text)} is no prefix of the true text`).toBe(true)
    expect(text.startsWith(before), `${JSON.stringify(text)} does not go on from ${JSON.stringify(before)}`).toBe(true)
    before = text
  }
}
