import type { MediaType } from '../wire-names'
import { type Preference, preferencesIn } from './preferences'

/** The type of `offered` that the client prefers. The first one if the client does not say, or accepts none. */
export function negotiate<const Offered extends MediaType>(
  request: Request,
  offered: readonly [Offered, ...Offered[]],
): Offered {
  const ranges = preferencesIn(request.headers.get('Accept') ?? '')
  let best = offered[0]
  let bestQuality = 0
  for (const type of offered) {
    const quality = qualityOf(type, ranges)
    if (quality > bestQuality) {
      best = type
      bestQuality = quality
    }
  }
  return best
}

/** The most specific range that matches decides. */
function qualityOf(type: string, ranges: readonly Preference[]): number {
  const kind = `${type.split('/')[0]}/*`
  for (const wanted of [type, kind, '*/*']) {
    const range = ranges.find(({ name }) => name === wanted)
    if (range) return range.quality
  }
  return 0
}
