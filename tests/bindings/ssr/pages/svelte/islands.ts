import type { PageProps, ReplyProps } from '../page-types'

export type IslandProps = ReplyProps & Pick<PageProps, 'client'>

/** Late hydration in Svelte works with islands: each is rendered and hydrated by a separate call. */
export function islandsOf({ hasLate, lateInitial, arrival: _, ...props }: PageProps): IslandProps[] {
  const early = { ...props, name: 'early' } as const
  return hasLate ? [early, { ...props, name: 'late', initial: lateInitial ?? props.initial }] : [early]
}
