import { describe, expect, it, vi } from 'vitest'
import type { Driver } from './driver'
import { createKit } from './kit'
import { type Scenario, scenarios } from './scenarios'
import { stopTime } from './support/fake-time'

/**
 * Holds a binding to every scenario.
 *
 * @param gaps Keys of scenarios that are known to fail. One that passes is a failure, so that the list stays true.
 */
export function describeContract(driver: Driver, gaps: readonly string[] = []) {
  checkGaps(gaps)
  describe(`useStream in ${driver.framework}, ${driver.mode}`, () => {
    stopTime()
    for (const [key, scenario] of Object.entries<Scenario>(scenarios)) {
      const test = gaps.includes(key) ? it.fails : it
      test(`${key}: ${scenario.title}`, () => perform(scenario, driver), scenario.timeoutMs)
    }
  })
}

/** @throws Error for a key that no scenario has: a gap must not outlive its scenario. */
export function checkGaps(gaps: readonly string[]) {
  for (const gap of gaps) if (!Object.hasOwn(scenarios, gap)) throw new Error(`no scenario has the key ${gap}`)
}

async function perform(scenario: Scenario, driver: Driver) {
  // A framework that complains has found something, such as an update after the end.
  const complaints = (['error', 'warn'] as const).map((level) => vi.spyOn(console, level))
  try {
    const kit = createKit(driver)
    await scenario.run(kit)
    await kit.leave()
    for (const complaint of complaints) expect(complaint.mock.calls).toEqual([])
  } finally {
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  }
}
