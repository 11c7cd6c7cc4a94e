import type { PageProps, ReplyProps } from '../page-types'

/** Svelte hydrates late by islands: each is rendered, and hydrated, by a call of its own. */
export function islandsOf({ hasLate, lateInitial, arrival: _, ...props }: PageProps): ReplyProps[] {
  const early = { ...props, name: 'early' } as const
  return hasLate ? [early, { ...props, name: 'late', initial: lateInitial ?? props.initial }] : [early]
}
