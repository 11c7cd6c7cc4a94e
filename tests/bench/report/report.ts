import type { Goal, Unit } from '../row'

/** What `docs/performance.json` holds. */
export interface Report {
  /** The day of the run, such as `2026-01-31`. */
  readonly date: string
  /** A quick run shows that the rows work. Its figures mean nothing. */
  readonly isQuick: boolean
  readonly machine: Machine
  /** Of Keepstream, Node and the peers, by name. */
  readonly versions: Readonly<Record<string, string>>
  readonly rows: readonly RowResult[]
}

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
}

export interface RowResult {
  readonly name: string
  readonly measures: string
  readonly unit: Unit
  readonly comparisons: readonly ComparisonResult[]
  /** The row threw. */
  readonly failure?: string
}

export interface ComparisonResult {
  readonly name: string
  readonly goal: Goal
  /** What the goal is for: a ratio or a difference of medians, or the median of Keepstream, with its spread. */
  readonly value?: Spread
  readonly verdict: 'met' | 'missed' | 'not measured'
  /** Why the goal is missed. */
  readonly reason?: string
  readonly subjects: readonly SubjectResult[]
}

export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

export type SubjectResult =
  | { readonly name: string; readonly runs: number; readonly spread: Spread; readonly samples: readonly number[] }
  | { readonly name: string; readonly notMeasured: string }
