import { writable } from 'svelte/store'
import type { ClientPlace, Driver, Probes } from '../driver'
import ClientProbe from './client-probe.svelte'
import InlineProbe from './inline-probe.svelte'
import InlineProvider from './inline-provider.svelte'
import Page from './page.svelte'
import Provider from './provider.svelte'
import StatusProbe from './status-probe.svelte'

/** A component that Svelte 4 compiled. */
type Svelte4Component = new (options: { target: Element; props: object }) => { $destroy(): void }

export const drivers = [
  createDriver('with stores, with the client as an option', 'option'),
  createDriver('with stores, with a provider', 'provider'),
] as const

function mountIn(target: Element, component: unknown, props: object) {
  const mounted = new (component as Svelte4Component)({ target, props })
  return () => mounted.$destroy()
}

function createDriver(mode: string, clientPlace: ClientPlace): Driver {
  return {
    framework: 'Svelte 4',
    mode,
    clientPlace,
    cure: 'call setStreamClient(client) in the root component',
    mount(target, probes) {
      const shown = writable<Probes>(probes)
      return { unmount: mountIn(target, Page, { probes: shown }), apply: (probes) => shown.set(probes) }
    },
    mountInline: (target, props) => mountIn(target, InlineProbe, props),
    mountInlineProvider: (target, props) => mountIn(target, InlineProvider, props),
    mountStatus: (target, props) => mountIn(target, StatusProbe, props),
    mountClientProbe: (target, providers, props) =>
      mountIn(target, Provider, {
        providers: providers.map((client) => () => client),
        Inner: ClientProbe,
        inner: props,
      }),
  }
}
