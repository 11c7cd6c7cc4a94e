/** Something that did not run: named in words at the end of a run, and a failure where `CI` is set. */
export interface Skip {
  readonly suite: string
  readonly reason: string
  readonly cure: string
}

/** What came of a step. A gate counts as one test, a suite as the tests its runner counted. */
export interface Outcome {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly skips: readonly Skip[]
  /** Shown beside the step's name: what was measured or counted. */
  readonly note?: string
  /** Shown when the step failed and has not printed it already. */
  readonly output?: string
}

export interface Step {
  /** What one writes after `npm test --`. */
  readonly name: string
  readonly group: 'gates' | 'tests'
  readonly title: string
  /** It reads `dist` folders, so a run of this step alone builds first. */
  readonly needsBuild: boolean
  run(): Promise<Outcome>
}

export interface StepResult {
  readonly step: Step
  readonly outcome: Outcome
  readonly durationMs: number
}
