import type { ProgramName } from '../runner/types'

/** One claim of speed: what is measured, against what, and which figure is good enough. */
export interface Row {
  /** What one writes after `npm run bench --`. */
  readonly name: string
  /** One sentence: what the figures are. */
  readonly measures: string
  readonly unit: Unit
  /** Servers that the row starts. */
  readonly needs?: readonly ProgramName[]
  /** What is measured against Keepstream. Each comparison measures all or some of them. */
  readonly peers: readonly string[]
  readonly comparisons: readonly Comparison[]
  run(context: RunContext): Promise<Measured>
}

/** `x` is a plain number, such as bytes for each byte or streams a second. */
export type Unit = 'ms' | 'us' | 'KB' | 'kB' | 'x' | 'commands' | 'streams/s'

export interface Comparison {
  /** Unique in its row, such as the name of a store. */
  readonly name: string
  readonly goal: Goal
  /** Shown if the goal is missed: why. */
  readonly whenMissed?: string
}

/**
 * What a goal is for: with `of`, the ratio of Keepstream's median to that peer's; with `above`, by how much it is above that
 * peer's; otherwise Keepstream's median itself.
 */
export interface Goal {
  readonly of?: string
  readonly above?: string
  readonly atMost?: number
  readonly atLeast?: number
}

/** For each comparison, the samples of each subject. The subject `Keepstream` is always one of them. */
export type Measured = Readonly<Record<string, Subjects>>
export type Subjects = Readonly<Record<string, readonly number[] | NotMeasured>>

/** Why there is no figure. A figure is never made up. */
export interface NotMeasured {
  readonly notMeasured: string
}

export interface RunContext {
  /** The top of the repository. */
  readonly root: string
  /** With `--quick`: as little as shows that the row works. Its figures mean nothing. */
  readonly isQuick: boolean
  /** `full`, or `quick` with `--quick`. */
  pick(full: number, quick: number): number
  /** Shows on stderr what happens. */
  progress(text: string): void
  /** Releases something when the row has ended, however it ended. The last comes first. */
  defer(release: () => unknown): void
}
