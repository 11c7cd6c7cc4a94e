import { difference, ratio, spread } from '../harness/statistics.mjs'
import type { Goal, Measured, Row, Subjects } from '../row'
import type { ComparisonResult, RowResult, Spread, SubjectResult } from './report'

/** Compares what a row measured with its goals. */
export function judge(row: Row, measured: Measured, failure?: string): RowResult {
  return {
    name: row.name,
    measures: row.measures,
    unit: row.unit,
    comparisons: row.comparisons.map(({ name, goal, whenMissed }): ComparisonResult => {
      const subjects = measured[name] ?? {}
      const value = resultOf(subjects, goal)
      const verdict = value === undefined ? 'not measured' : isMet(value.median, goal) ? 'met' : 'missed'
      return {
        name,
        goal,
        ...(value && { value: rounded(value) }),
        verdict,
        ...(verdict === 'missed' && whenMissed !== undefined && { reason: whenMissed }),
        subjects: Object.entries(subjects).map(([name, samples]) => subjectResult(name, samples)),
      }
    }),
    ...(failure !== undefined && { failure: failure.split('\n')[0] ?? failure }),
  }
}

function resultOf(subjects: Subjects, { of, above }: Goal): Spread | undefined {
  const ours = samplesOf(subjects, 'Keepstream')
  const peer = of ?? above
  if (!ours || peer === undefined) return ours && spread(ours)
  const theirs = samplesOf(subjects, peer)
  return theirs && (of === undefined ? difference(ours, theirs) : ratio(ours, theirs))
}

function samplesOf(subjects: Subjects, name: string): readonly number[] | undefined {
  const samples = subjects[name]
  return samples && !('notMeasured' in samples) ? samples : undefined
}

function isMet(value: number, { atMost = Number.POSITIVE_INFINITY, atLeast = 0 }: Goal): boolean {
  return value <= atMost && value >= atLeast
}

function subjectResult(name: string, samples: Subjects[string]): SubjectResult {
  if ('notMeasured' in samples) return { name, notMeasured: samples.notMeasured }
  return { name, runs: samples.length, spread: rounded(spread(samples)), samples: samples.map(round) }
}

function rounded({ median, low, high }: Spread): Spread {
  return { median: round(median), low: round(low), high: round(high) }
}

/** To four significant digits: no run is more exact. */
function round(value: number): number {
  return Number(value.toPrecision(4))
}
