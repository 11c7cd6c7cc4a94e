/** Something that did not run: named in words at the end of a run, and a failure where `CI` is set. */
export interface Skip {
  readonly suite: string
  readonly reason: string
  readonly cure: string
}

/** The result of a step. A gate counts as one test, a suite as the tests its runner counted. */
export interface Outcome {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly skips: readonly Skip[]
  /** Shown beside the step's name: what was measured or counted. */
  readonly note?: string
  /** Shown when the step failed and has not printed it already. */
  readonly output?: string
  /** How long each test took. */
  readonly timings?: readonly Timing[]
}

export interface Timing {
  readonly test: string
  readonly durationMs: number
}

/** What tests run and npm does not install. */
export type ProgramName = 'chromium' | 'redis' | 'postgres' | 'mariadb'

/** What `ensurePrograms` found. */
export interface Programs {
  /** The variables that lead tests to the programs. */
  readonly env: Record<string, string>
  readonly missing: Partial<Record<ProgramName, Omit<Skip, 'suite'>>>
}

export interface StepContext {
  readonly programs: Programs
  /** The share of the cores that a step has for itself, at least 1. */
  readonly cores: number
  /** Whether output appears at once, which suits a step that runs alone. Otherwise only a failed step prints it. */
  readonly isLive: boolean
}

/** The tests of a step that Vitest runs. */
export interface Suite {
  /** Vitest's projects. */
  readonly projects: readonly string[]
  /** The folders in which tests must run. */
  readonly folders: readonly string[]
  /**
   * Suites that need no build and no program, and whose modules are loaded in the same environment, may share one Vitest.
   * Modules that were loaded without a page stay without one.
   */
  readonly environment?: 'node' | 'page'
}

export interface Step {
  /** What one writes after `npm test --`. */
  readonly name: string
  readonly group: 'gates' | 'unit' | 'system'
  readonly title: string
  /** It reads `dist` folders, so it waits for the build, and a run of this step alone builds first. */
  readonly needsBuild: boolean
  /** The programs without which some of its tests skip themselves. */
  readonly needs: readonly ProgramName[]
  /** It waits more than it computes, for pages, processes or leases. */
  readonly mostlyWaits?: boolean
  /** Left out for a step that runs no tests. */
  readonly suite?: Suite
  run(context: StepContext): Promise<Outcome>
}

export interface StepResult {
  readonly step: Step
  readonly outcome: Outcome
  readonly durationMs: number
}
