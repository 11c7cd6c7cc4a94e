import { type Component, flushSync, mount, unmount } from 'svelte'
import { writable } from 'svelte/store'
import type { Driver, ProbeProps } from '../driver'
import InlineProbe from './inline-probe.svelte'
import Page from './page.svelte'
import RunesProbe from './runes-probe.svelte'
import StoresProbe from './stores-probe.svelte'

/** Components with runes turn their props into stores. Components without runes create stores themselves. */
export const drivers = [createDriver('with runes', RunesProbe), createDriver('with stores', StoresProbe)] as const

function createDriver(mode: string, Probe: Component<ProbeProps>): Driver {
  return {
    framework: 'Svelte',
    mode,
    mount(target, probes) {
      const shown = writable(probes)
      const page = mount(Page, { target, props: { probes: shown, Probe } })
      flushSync()
      return {
        apply: (probes) => shown.set(probes),
        unmount: () => {
          void unmount(page)
          flushSync()
        },
      }
    },
    mountInline(target, props) {
      const probe = mount(InlineProbe, { target, props })
      flushSync()
      return () => {
        void unmount(probe)
        flushSync()
      }
    },
  }
}
