import { useStream } from '@keepstream/solid'
import { createSignal, Index, Show } from 'solid-js'
import { render } from 'solid-js/web'
import type { Driver, InlineProps, ProbeProps, Seen } from '../driver'

/** `useStream` reads its options when it needs them: from an accessor, or from the getters of an object. */
export const drivers = [
  createDriver('with accessors', AccessorProbe),
  createDriver('with getters', GetterProbe),
] as const

function AccessorProbe(props: ProbeProps) {
  const reply = useStream(
    props.client,
    () => props.id,
    () => ({ start: props.start, initial: props.initial }),
  )
  return <output name={props.name}>{report({ id: props.id, ...reply }, props.onRender)}</output>
}

function GetterProbe(props: ProbeProps) {
  const reply = useStream(props.client, () => props.id, props)
  return <output name={props.name}>{report({ id: props.id, ...reply }, props.onRender)}</output>
}

/** A JSX expression runs again when a value that it reads changes. */
function InlineProbe(props: InlineProps) {
  return <output name={props.name}>{useStream(props.makeClient(), props.id, { start: true }).text}</output>
}

function report(seen: Seen, onRender: ProbeProps['onRender']) {
  onRender(seen)
  return seen.text
}

function createDriver(mode: string, Probe: typeof AccessorProbe): Driver {
  return {
    framework: 'Solid',
    mode,
    mount(container, probes) {
      const [shown, setShown] = createSignal(probes)
      const unmount = render(
        () => (
          <Index each={shown()}>{(probe) => <Show when={probe()}>{(shown) => <Probe {...shown()} />}</Show>}</Index>
        ),
        container,
      )
      return { apply: (probes) => void setShown(probes), unmount }
    },
    mountInline: (container, props) => render(() => <InlineProbe {...props} />, container),
  }
}
