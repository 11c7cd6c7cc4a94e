import { type Fold, StreamProvider, type UseFoldOptions, useStream, useStreamClient } from '@keepstream/solid'
import { createSignal, Index, type JSX, Show } from 'solid-js'
import { render } from 'solid-js/web'
import type {
  ClientPlace,
  ClientProbeProps,
  Driver,
  InlineProps,
  Placed,
  ProbeProps,
  Seen,
  StatusProps,
} from '../driver'
import { resultOf } from '../support/result-of'

/** `useStream` reads its options when it needs them: from an accessor, or from the getters of an object. */
export const drivers = [
  createDriver('with accessors, with a provider', AccessorProbe, 'provider'),
  createDriver('with getters, with the client as an option', GetterProbe, 'option'),
] as const

function AccessorProbe(props: ProbeProps) {
  const reply = useStream(
    () => props.id,
    () => ({
      ...{ client: props.client, start: props.start, initial: props.initial, onEnd: props.onEnd },
      fold: props.fold as Fold<unknown>,
    }),
  )
  return <output name={props.name}>{report({ id: props.id, ...reply }, props.onRender)}</output>
}

function GetterProbe(props: ProbeProps) {
  const reply = useStream(() => props.id, props as UseFoldOptions<unknown>)
  return <output name={props.name}>{report({ id: props.id, ...reply }, props.onRender)}</output>
}

/** A JSX expression runs again when a value that it reads changes. */
function InlineProbe(props: InlineProps) {
  return <output name={props.name}>{useStream(props.id, { client: props.makeClient(), start: true }).text}</output>
}

function StatusProbe(props: StatusProps) {
  const reply = useStream(props.id, { client: props.client, start: true })
  const report = (status: string) => {
    props.onRender(status)
    return status
  }
  return <output name={props.name}>{report(reply.status)}</output>
}

function InlineProvider(props: InlineProps) {
  const [shown, setShown] = createSignal('')
  return (
    <>
      <StreamProvider client={props.makeClient()}>
        <Provided id={props.id} onText={setShown} />
      </StreamProvider>
      <output name={props.name}>{shown()}</output>
    </>
  )
}

function Provided(props: { readonly id: string; readonly onText: (text: string) => void }) {
  const reply = useStream(() => props.id, { start: true })
  return <>{props.onText(reply.text)}</>
}

function ClientProbe({ onResult }: ClientProbeProps) {
  onResult(resultOf(() => useStreamClient()))
  onResult(resultOf(() => useStream(undefined)))
  // In a tracking scope, it is called anew in each run.
  return <>{void onResult(resultOf(() => useStream(undefined)))}</>
}

function provide(providers: Placed['providers'], inner: () => JSX.Element): JSX.Element {
  return providers.reduceRight(
    (inner, client) => () => <StreamProvider client={client}>{inner()}</StreamProvider>,
    inner,
  )()
}

function report(seen: Seen, onRender: ProbeProps['onRender']) {
  onRender(seen)
  return seen.text
}

function createDriver(mode: string, Probe: typeof AccessorProbe, clientPlace: ClientPlace): Driver {
  return {
    framework: 'Solid',
    mode,
    clientPlace,
    cure: 'wrap the app in <StreamProvider client={client}>',
    mount(container, probes) {
      const [shown, setShown] = createSignal(probes)
      const unmount = render(
        () => (
          <Index each={shown()}>
            {(placed) => (
              <Show when={placed()}>{(shown) => provide(shown().providers, () => <Probe {...shown().probe} />)}</Show>
            )}
          </Index>
        ),
        container,
      )
      return { apply: (probes) => void setShown(probes), unmount }
    },
    mountInline: (container, props) => render(() => <InlineProbe {...props} />, container),
    mountInlineProvider: (container, props) => render(() => <InlineProvider {...props} />, container),
    mountStatus: (container, props) => render(() => <StatusProbe {...props} />, container),
    mountClientProbe: (container, providers, props) =>
      render(() => provide(providers, () => <ClientProbe {...props} />), container),
  }
}
