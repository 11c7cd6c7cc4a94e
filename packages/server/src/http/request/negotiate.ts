import type { MediaType } from '../wire-names'

/** The type of `offered` that the client prefers. The first one if the client does not say, or accepts none. */
export function negotiate<const Offered extends MediaType>(
  request: Request,
  offered: readonly [Offered, ...Offered[]],
): Offered {
  const ranges = (request.headers.get('Accept') ?? '').split(',').map(parseRange)
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

interface Range {
  readonly type: string
  readonly quality: number
}

function parseRange(range: string): Range {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
  const quality = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1)
  return { type, quality: Number.isNaN(quality) ? 0 : quality }
}

/** The most specific range that matches decides. */
function qualityOf(type: string, ranges: readonly Range[]): number {
  const kind = `${type.split('/')[0]}/*`
  for (const wanted of [type, kind, '*/*']) {
    const range = ranges.find((candidate) => candidate.type === wanted)
    if (range) return range.quality
  }
  return 0
}
