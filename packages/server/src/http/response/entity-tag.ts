import type { ContentCoding } from './gzip'

/** The tag of a version in one coding. Each coding has its own, because their bytes differ (RFC 9110, 8.8.3.3). */
export function entityTag(version: string, coding: ContentCoding): string {
  return coding === undefined ? `"${version}"` : `"${version}.${coding}"`
}

/**
 * The tag by which the client already holds this version, in whatever coding, or `undefined` if it does not. A cache finds
 * what it holds by the tag of a 304, so that has the client's own tag.
 */
export function heldTag(ifNoneMatch: string | null, version: string, coding: ContentCoding): string | undefined {
  const listed = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  const tags = [entityTag(version, coding), entityTag(version, coding === undefined ? 'gzip' : undefined)]
  return listed.includes('*') ? tags[0] : tags.find((tag) => listed.includes(tag))
}
