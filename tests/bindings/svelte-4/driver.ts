import { writable } from 'svelte/store'
import type { Driver, Probes } from '../driver'
import Page from './page.svelte'

/** A component as Svelte 4 compiles it. */
type Svelte4Component = new (options: {
  target: Element
  props: { probes: { subscribe: unknown } }
}) => { $destroy(): void }

export const driver: Driver = {
  framework: 'Svelte 4',
  mode: 'with stores',
  mount(target, probes) {
    const shown = writable<Probes>(probes)
    const page = new (Page as unknown as Svelte4Component)({ target, props: { probes: shown } })
    return { apply: (probes) => shown.set(probes), unmount: () => page.$destroy() }
  },
}
