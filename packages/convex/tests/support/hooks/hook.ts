import type { StreamBody, StreamId } from '@convex-dev/persistent-text-streaming'

/** What an application gives the hook. */
export interface HookProps {
  readonly streamUrl: URL
  readonly driven: boolean
  readonly streamId: StreamId | undefined
  readonly opts?: { authToken?: string | null; headers?: Record<string, string> } | undefined
  /** The URL and the options are made anew on each render, as the component's README does. */
  readonly isInline?: boolean | undefined
}

/** Props, and who hears what each render has seen. */
export interface ProbeProps extends HookProps {
  readonly onRender: (body: StreamBody) => void
  readonly onCrash: (error: unknown) => void
}

/** A hook in its framework, with a Convex client of its own, as each tab has one. */
export interface Hook {
  readonly name: string
  mount(container: HTMLElement, url: string, props: ProbeProps): Mounted
}

export interface Mounted {
  apply(props: ProbeProps): void
  /** Leaves, and then closes the Convex client. */
  unmount(): Promise<void>
}

export function urlOf({ streamUrl, isInline }: HookProps): URL {
  return isInline ? new URL(streamUrl) : streamUrl
}

export function optsOf({ opts, isInline }: HookProps): HookProps['opts'] {
  return isInline ? { ...opts, headers: { ...opts?.headers } } : opts
}
