import { type Fold, StreamProvider, useStream, useStreamClient } from '@keepstream/react'
import { Fragment, type ReactNode, StrictMode, useEffect, useState } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import type {
  ClientPlace,
  ClientProbeProps,
  Driver,
  InlineProps,
  Placed,
  ProbeProps,
  Probes,
  StatusProps,
} from '../driver'
import { resultOf } from '../support/result-of'

/** StrictMode mounts each component, unmounts it and mounts it again. */
export const drivers = [
  createDriver('outside <StrictMode>, with the client as an option', Fragment, 'option'),
  createDriver('inside <StrictMode>, with a provider', StrictMode, 'provider'),
] as const

/** Creates inline everything that can be created inline. */
export function Probe({ client, id, start, initial, onEnd, fold, name, onRender }: ProbeProps) {
  const reply = useStream(id, {
    client,
    start,
    initial: initial && { ...initial },
    onEnd: onEnd && ((state) => onEnd(state)),
    fold: fold as Fold<unknown>,
  })
  onRender({ id, ...reply })
  return <output name={name}>{reply.text}</output>
}

function InlineProbe({ makeClient, id, name }: InlineProps) {
  return <output name={name}>{useStream(id, { client: makeClient(), start: true }).text}</output>
}

function StatusProbe({ client, id, name, onRender }: StatusProps) {
  const { status } = useStream(id, { client, start: true })
  onRender(status)
  return <output name={name}>{status}</output>
}

function InlineProvider({ makeClient, ...props }: InlineProps) {
  const [text, setText] = useState('')
  return (
    <StreamProvider client={makeClient()}>
      <Provided {...props} shown={text} onText={setText} />
    </StreamProvider>
  )
}

interface ProvidedProps extends Omit<InlineProps, 'makeClient'> {
  readonly shown: string
  readonly onText: (text: string) => void
}

function Provided({ id, name, shown, onText }: ProvidedProps) {
  const { text } = useStream(id, { start: true })
  useEffect(() => onText(text), [onText, text])
  return <output name={name}>{shown}</output>
}

function ClientProbe({ onResult }: ClientProbeProps) {
  onResult(resultOf(useStreamClient))
  onResult(resultOf(useStream.bind(undefined, undefined)))
  return null
}

function provide(providers: Placed['providers'], inner: ReactNode): ReactNode {
  let page = inner
  for (const client of [...providers].reverse()) page = <StreamProvider client={client}>{page}</StreamProvider>
  return page
}

function createDriver(mode: string, Mode: typeof Fragment, clientPlace: ClientPlace): Driver {
  function mount(container: HTMLElement, page: ReactNode) {
    const root = createRoot(container)
    const render = (page: ReactNode) => flushSync(() => root.render(<Mode>{page}</Mode>))
    render(page)
    return { render, unmount: () => flushSync(() => root.unmount()) }
  }

  return {
    framework: 'React',
    mode,
    clientPlace,
    cure: 'wrap the app in <StreamProvider client={client}>',
    mount(container, probes) {
      const toPage = (probes: Probes) =>
        probes.map((placed) => {
          if (!placed) return null
          const { providers, probe } = placed
          return <Fragment key={probe.name}>{provide(providers, <Probe {...probe} />)}</Fragment>
        })
      const { render, unmount } = mount(container, toPage(probes))
      return { apply: (probes) => render(toPage(probes)), unmount }
    },
    mountInline: (container, props) => mount(container, <InlineProbe {...props} />).unmount,
    mountInlineProvider: (container, props) => mount(container, <InlineProvider {...props} />).unmount,
    mountStatus: (container, props) => mount(container, <StatusProbe {...props} />).unmount,
    mountClientProbe: (container, providers, props) =>
      mount(container, provide(providers, <ClientProbe {...props} />)).unmount,
  }
}
