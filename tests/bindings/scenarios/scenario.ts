import type { Kit } from '../kit'

/** One behaviour that every framework must show. */
export interface Scenario {
  readonly title: string
  readonly timeoutMs?: number
  run(kit: Kit): Promise<void>
}

/** By key. A key is stable: gaps are declared by it. */
export type Scenarios = Readonly<Record<string, Scenario>>
