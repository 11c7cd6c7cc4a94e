import { useStream } from '@keepstream/vue'
import { createApp, type FunctionalComponent, h, KeepAlive, shallowRef } from 'vue'
import type { Driver, InlineProps } from '../driver'
import Probe from './probe.vue'

// The first app of a page waits 3 s for developer tools. This one keeps that timer out of the tests.
createApp({})

const Plain: FunctionalComponent = (_, { slots }) => slots['default']?.()

/** `<KeepAlive>` has its own hooks for mounting and unmounting. */
export const drivers = [
  createDriver('outside <KeepAlive>', Plain),
  createDriver('inside <KeepAlive>', KeepAlive),
] as const

/** A functional component: the whole function is its render function. */
const InlineProbe: FunctionalComponent<InlineProps> = ({ makeClient, id, name }) =>
  h('output', { name }, useStream(makeClient(), id, { start: true }).text.value)
InlineProbe.props = ['makeClient', 'id', 'name']

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
    mountInline(container, props) {
      const app = createApp(() => h(Mode as typeof KeepAlive, () => [h(InlineProbe, props)]))
      app.mount(container)
      return () => app.unmount()
    },
  }
}
