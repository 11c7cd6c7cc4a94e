import { type Component, flushSync, mount, unmount } from 'svelte'
import { writable } from 'svelte/store'
import type { ClientPlace, Driver, ProbeProps, StatusProps } from '../driver'
import ClientProbe from './client-probe.svelte'
import InlineProbe from './inline-probe.svelte'
import InlineProvider from './inline-provider.svelte'
import Page from './page.svelte'
import Provider from './provider.svelte'
import RunesProbe from './runes-probe.svelte'
import StatusProbe from './status-probe.svelte'
import StoresProbe from './stores-probe.svelte'
import StoresStatusProbe from './stores-status-probe.svelte'

/** Components with runes turn their props into stores. Components without runes create stores themselves. */
export const drivers = [
  createDriver('with runes, with the client as an option', RunesProbe, StatusProbe, 'option'),
  createDriver('with stores, with a provider', StoresProbe, StoresStatusProbe, 'provider'),
] as const

function mountIn<Props extends object>(target: HTMLElement, component: Component<Props>, props: Props) {
  const mounted = mount(component as Component<object>, { target, props })
  flushSync()
  return () => {
    void unmount(mounted)
    flushSync()
  }
}

function createDriver(
  mode: string,
  Probe: Component<ProbeProps>,
  Status: Component<StatusProps>,
  clientPlace: ClientPlace,
): Driver {
  return {
    framework: 'Svelte',
    mode,
    clientPlace,
    cure: 'call setStreamClient(client) in the root component',
    mount(target, probes) {
      const shown = writable(probes)
      return { unmount: mountIn(target, Page, { probes: shown, Probe }), apply: (probes) => shown.set(probes) }
    },
    mountInline: (target, props) => mountIn(target, InlineProbe, props),
    mountInlineProvider: (target, props) => mountIn(target, InlineProvider, props),
    mountStatus: (target, props) => mountIn(target, Status, props),
    mountClientProbe: (target, providers, props) =>
      mountIn(target, Provider, {
        providers: providers.map((client) => () => client),
        Inner: ClientProbe,
        inner: props,
      }),
  }
}
