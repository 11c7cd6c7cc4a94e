import { writable } from 'svelte/store'
import type { Driver, Probes } from '../driver'
import InlineProbe from './inline-probe.svelte'
import Page from './page.svelte'

/** A component that Svelte 4 compiled. */
type Svelte4Component = new (options: { target: Element; props: object }) => { $destroy(): void }

export const driver: Driver = {
  framework: 'Svelte 4',
  mode: 'with stores',
  mount(target, probes) {
    const shown = writable<Probes>(probes)
    const page = new (Page as unknown as Svelte4Component)({ target, props: { probes: shown } })
    return { apply: (probes) => shown.set(probes), unmount: () => page.$destroy() }
  },
  mountInline(target, props) {
    const probe = new (InlineProbe as unknown as Svelte4Component)({ target, props })
    return () => probe.$destroy()
  },
}
