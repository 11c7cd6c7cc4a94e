import { describe, expect, it, vi } from 'vitest'
import type { Driver } from './driver'
import { createKit } from './kit'
import { type Scenario, scenarios } from './scenarios'
import { smoke } from './smoke'
import { env } from './support/env'
import { stopTime } from './support/fake-time'

/**
 * Declares a test of a binding for every scenario.
 *
 * @param gaps Keys of scenarios that are known to fail. A gap that passes is a failure, so that the list stays correct.
 */
export function describeContract(driver: Driver, gaps: readonly string[] = []) {
  checkGaps(gaps)
  describe(`useStream in ${driver.framework}, ${driver.mode}`, () => {
    stopTime()
    for (const [key, scenario] of Object.entries<Scenario>(scenarios)) {
      if (env['SCENARIOS'] === 'smoke' && !smoke.some((each) => each === key)) continue
      const test = gaps.includes(key) ? it.fails : it
      test(`${key}: ${scenario.title}`, () => perform(scenario, driver), scenario.timeoutMs)
    }
  })
}

/** @throws Error for a key that no scenario has, so that a gap is removed together with its scenario. */
export function checkGaps(gaps: readonly string[]) {
  for (const gap of gaps) if (!Object.hasOwn(scenarios, gap)) throw new Error(`no scenario has the key ${gap}`)
}

async function perform(scenario: Scenario, driver: Driver) {
  // A framework warns when it detects a mistake, such as an update after the end.
  const loggers = (['error', 'warn'] as const).map((level) => vi.spyOn(console, level))
  try {
    const kit = createKit(driver)
    await scenario.run(kit)
    await kit.leave()
    for (const logger of loggers) expect(logger.mock.calls).toEqual([])
  } finally {
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  }
}
