import { provideStreamClient, StreamPlugin, useStream, useStreamClient } from '@keepstream/vue'
import {
  type App,
  createApp,
  defineComponent,
  Fragment,
  type FunctionalComponent,
  h,
  KeepAlive,
  ref,
  shallowRef,
  type VNode,
  watchEffect,
} from 'vue'
import type { ClientPlace, ClientProbeProps, Driver, InlineProps, Placed } from '../driver'
import { resultOf } from '../support/result-of'
import Probe from './probe.vue'
import StatusProbe from './status-probe.vue'

// The first app of a page waits 3 s for developer tools. This one keeps that timer out of the tests.
createApp({})

const Plain: FunctionalComponent = (_, { slots }) => slots['default']?.()

/** `<KeepAlive>` has its own hooks for mounting and unmounting. */
export const drivers = [
  createDriver('outside <KeepAlive>, with the client as an option', Plain, 'option'),
  createDriver('inside <KeepAlive>, with a provider', KeepAlive, 'provider'),
] as const

/** A functional component: the whole function is its render function. */
const InlineProbe: FunctionalComponent<InlineProps> = ({ makeClient, id, name }) =>
  h('output', { name }, useStream(id, { client: makeClient(), start: true }).text.value)
InlineProbe.props = ['makeClient', 'id', 'name']

const Provider = defineComponent({
  props: ['makeClient'],
  setup(props: Pick<InlineProps, 'makeClient'>, { slots }) {
    provideStreamClient(props.makeClient())
    return () => slots['default']?.()
  },
})

const Provided = defineComponent({
  props: ['id', 'onText'],
  setup(props: { id: string; onText: (text: string) => void }) {
    const { text } = useStream(() => props.id, { start: true })
    watchEffect(() => props.onText(text.value))
    return () => undefined
  },
})

const InlineProvider = defineComponent({
  props: ['makeClient', 'id', 'name'],
  setup({ makeClient, id, name }: InlineProps) {
    const shown = ref('')
    const onText = (text: string) => {
      shown.value = text
    }
    return () => [h(Provider, { makeClient }, () => h(Provided, { id, onText })), h('output', { name }, shown.value)]
  },
})

const ClientProbe = defineComponent({
  props: ['onResult'],
  setup({ onResult }: ClientProbeProps) {
    onResult(resultOf(() => useStreamClient()))
    onResult(resultOf(() => useStream(undefined)))
    return () => {
      // The render function is a place of its own.
      onResult(resultOf(() => useStream(undefined)))
      return undefined
    }
  },
})

function provide(providers: Placed['providers'], inner: () => VNode): VNode {
  return providers.reduceRight(
    (inner, client) => () => h(Provider, { makeClient: () => client }, { default: inner }),
    inner,
  )()
}

function mountApp(app: App, container: HTMLElement) {
  app.mount(container)
  return () => app.unmount()
}

function createDriver(mode: string, Mode: typeof Plain | typeof KeepAlive, clientPlace: ClientPlace): Driver {
  const inMode = (inner: () => VNode) => h(Mode as typeof KeepAlive, () => [inner()])

  return {
    framework: 'Vue',
    mode,
    clientPlace,
    cure: 'call app.use(StreamPlugin, { client })',
    mount(container, probes) {
      const shown = shallowRef(probes)
      const app = createApp(() =>
        shown.value.map(
          (placed) =>
            placed &&
            h(Fragment, { key: placed.probe.name }, [
              provide(placed.providers, () => inMode(() => h(Probe, placed.probe))),
            ]),
        ),
      )
      return {
        unmount: mountApp(app, container),
        apply(probes) {
          shown.value = probes
        },
      }
    },
    mountInline: (container, props) =>
      mountApp(
        createApp(() => inMode(() => h(InlineProbe, props))),
        container,
      ),
    mountInlineProvider: (container, props) =>
      mountApp(
        createApp(() => inMode(() => h(InlineProvider, props))),
        container,
      ),
    mountStatus: (container, props) =>
      mountApp(
        createApp(() => inMode(() => h(StatusProbe, props))),
        container,
      ),
    mountClientProbe(container, [ofApp, ...providers], props) {
      const app = createApp(() => provide(providers, () => inMode(() => h(ClientProbe, props))))
      if (ofApp) app.use(StreamPlugin, { client: ofApp })
      return mountApp(app, container)
    },
  }
}
