/**
 * The value that half of the samples do not exceed.
 *
 * @param {readonly number[]} samples at least one
 */
export function median(samples) {
  return quantile(samples, 0.5)
}

/**
 * A quantile, interpolated between the two nearest samples.
 *
 * @param {readonly number[]} samples at least one
 * @param {number} q from 0 to 1
 */
export function quantile(samples, q) {
  if (samples.length === 0) throw new Error('there are no samples')
  const sorted = [...samples].sort((a, b) => a - b)
  const place = (sorted.length - 1) * q
  const low = sorted[Math.floor(place)] ?? Number.NaN
  const high = sorted[Math.ceil(place)] ?? Number.NaN
  return low + (high - low) * (place - Math.floor(place))
}

/**
 * The median and the quartiles.
 *
 * @param {readonly number[]} samples at least one
 */
export function spread(samples) {
  return { median: median(samples), low: quantile(samples, 0.25), high: quantile(samples, 0.75) }
}

/**
 * The ratio of the medians. Its spread is as wide as the quartiles of both allow.
 *
 * @param {readonly number[]} ours
 * @param {readonly number[]} theirs
 */
export function ratio(ours, theirs) {
  const [one, other] = [spread(ours), spread(theirs)]
  return { median: one.median / other.median, low: one.low / other.high, high: one.high / other.low }
}

/**
 * The difference of the medians. Its spread is as wide as the quartiles of both allow.
 *
 * @param {readonly number[]} ours
 * @param {readonly number[]} theirs
 */
export function difference(ours, theirs) {
  const [one, other] = [spread(ours), spread(theirs)]
  return { median: one.median - other.median, low: one.low - other.high, high: one.high - other.low }
}
