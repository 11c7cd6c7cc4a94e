import { createApp, type FunctionalComponent, h, KeepAlive, shallowRef } from 'vue'
import type { Driver } from '../driver'
import Probe from './probe.vue'

// The first of a page's apps waits 3 s for developer tools, with a timer that is not ours.
createApp({})

const Plain: FunctionalComponent = (_, { slots }) => slots['default']?.()

/** `<KeepAlive>` has hooks of its own for what comes and goes. */
export const drivers = [
  createDriver('outside <KeepAlive>', Plain),
  createDriver('inside <KeepAlive>', KeepAlive),
] as const

function createDriver(mode: string, Mode: typeof Plain | typeof KeepAlive): Driver {
  return {
    framework: 'Vue',
    mode,
    mount(container, probes) {
      const shown = shallowRef(probes)
      const app = createApp(() =>
        shown.value.map((probe) => probe && h(Mode as typeof KeepAlive, { key: probe.name }, () => [h(Probe, probe)])),
      )
      app.mount(container)
      return {
        apply(probes) {
          shown.value = probes
        },
        unmount: () => app.unmount(),
      }
    },
  }
}
