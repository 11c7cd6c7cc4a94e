import { StreamProvider } from '@keepstream/react'
import { lazy, StrictMode, Suspense } from 'react'
import type { PageProps } from '../page-types'
import { Reply } from './reply'

export function createPage({ hasLate, lateInitial, arrival, client, ...props }: PageProps) {
  const Late = lazy(() => arrival.then(() => ({ default: Reply })))
  return (
    <StrictMode>
      <StreamProvider client={client}>
        <Reply name="early" {...props} />
        {hasLate && (
          <Suspense fallback="not yet">
            <Late name="late" {...props} initial={lateInitial ?? props.initial} />
          </Suspense>
        )}
      </StreamProvider>
    </StrictMode>
  )
}
