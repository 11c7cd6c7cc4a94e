import type { DriveRequest, Fold, Initial, StreamClient, StreamState, TextStream } from '@keepstream/core'

/** The props that an application passes to a component that shows a stream. */
export interface ComponentProps {
  /** Drivers pass it as an option of `useStream` or, without `providers`, with a provider: see {@link ClientPlace}. */
  readonly client?: StreamClient | undefined
  /** The clients of nested providers around the component, the outermost first. Then `client` is an option. */
  readonly providers?: readonly StreamClient[] | undefined
  readonly id: string | undefined
  readonly start?: boolean | DriveRequest | undefined
  readonly initial?: Initial | undefined
  readonly onEnd?: ((state: StreamState) => void) | undefined
  readonly fold?: Fold<unknown> | undefined
}

/** The values of one render: the state, the actions, and the id it was rendered with. */
export type Seen = StreamState &
  Pick<TextStream, 'stop' | 'retry'> & { readonly id: string | undefined; readonly value?: unknown }

/**
 * The props of the contract's component. It calls `useStream` as an application does, calls `onRender` on each render
 * with all values, and shows the text in `<output name={name}>`.
 */
export interface ProbeProps extends Omit<ComponentProps, 'providers'> {
  readonly name: string
  readonly onRender: (seen: Seen) => void
}

/** The props of a component that creates its client in code that the framework runs again on updates. */
export interface InlineProps {
  readonly id: string
  readonly name: string
  readonly makeClient: () => StreamClient
}

/** The props of a component that drives an id, shows its status, and reads no other field. */
export interface StatusProps {
  readonly client: StreamClient
  readonly id: string
  readonly name: string
  /** Called on each render. */
  readonly onRender: (status: string) => void
}

/** The props of a component that looks for a client, and uses no option. */
export interface ClientProbeProps {
  /** Called with the provided client, with the result of `useStream(undefined)`, or with what each of them threw. */
  readonly onResult: (result: unknown) => void
}

/** A component, and the clients of the nested providers around it, the outermost first. */
export interface Placed {
  readonly providers: readonly StreamClient[]
  readonly probe: ProbeProps
}

/** Components by their place. `undefined` is an unmounted one. */
export type Probes = readonly (Placed | undefined)[]

/** How a driver passes a component its client. */
export type ClientPlace = 'option' | 'provider'

/** Connects a framework to the contract. */
export interface Driver {
  readonly framework: string
  /** How the components are wrapped, or how they call `useStream`, where there is more than one way. */
  readonly mode: string
  readonly clientPlace: ClientPlace
  /** How an application provides a client, as the error without a client says it. */
  readonly cure: string
  /** MUST render the components once before it returns. */
  mount(container: HTMLElement, probes: Probes): Rendered
  /** MUST drive the id. Returns a function that unmounts the component. */
  mountInline(container: HTMLElement, props: InlineProps): () => void
  /** As `mountInline`, with a provider that gets the inline client. The text causes its parent to render again. */
  mountInlineProvider(container: HTMLElement, props: InlineProps): () => void
  /** Mounts a component that reads only the status. Returns a function that unmounts it. */
  mountStatus(container: HTMLElement, props: StatusProps): () => void
  /** Mounts a component inside of the providers. Returns a function that unmounts it. */
  mountClientProbe(container: HTMLElement, providers: readonly StreamClient[], props: ClientProbeProps): () => void
}

export interface Rendered {
  /** Passes new props to the components. They may render only in the next turn of the event loop. */
  apply(probes: Probes): void
  /** MUST clean up everything before it returns. */
  unmount(): void
}
