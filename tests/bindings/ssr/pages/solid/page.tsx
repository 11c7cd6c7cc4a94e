import { StreamProvider } from '@keepstream/solid'
import { lazy, Show, Suspense } from 'solid-js'
import type { PageProps } from '../page-types'
import { Reply } from './reply'

export function Page(props: PageProps) {
  const Late = lazy(() => props.arrival.then(() => ({ default: Reply })))
  return (
    <StreamProvider client={props.client}>
      <Reply name="early" {...props} />
      <Show when={props.hasLate}>
        <Suspense fallback="not yet">
          <Late name="late" {...props} initial={props.lateInitial ?? props.initial} />
        </Suspense>
      </Show>
    </StreamProvider>
  )
}
