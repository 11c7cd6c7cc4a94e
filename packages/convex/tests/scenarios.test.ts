import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { component, componentStrict, react, reactStrict } from './support/hooks/react'
import { solid } from './support/hooks/solid'
import { svelte } from './support/hooks/svelte'
import { vue } from './support/hooks/vue'
import { describeOutcome, perform } from './support/perform'
import { scenarios } from './support/scenarios'
import { expectGrowing } from './support/stage'

beforeEach(() => {
  // The component logs its errors.
  vi.spyOn(console, 'error').mockImplementation(() => {})
  vi.spyOn(console, 'log').mockImplementation(() => {})
})

describe.each([react, reactStrict, vue, svelte, solid])('$name', (hook) => {
  it.each(scenarios.filter(({ isStrict }) => !isStrict))('$name', async (scenario) => {
    const { tab, tabs, stored, written, runs, drives } = await perform(scenario, hook)
    for (const one of tabs) expectGrowing(one)
    expect(tab.last.status).toBe(stored?.status ?? 'error')
    if (tab.last.status === 'done') expect(tab.last.text).toBe(stored?.text)
    expect(written.startsWith(tab.last.text)).toBe(true)
    expect(drives).toBe(scenario.drives)
    expect(runs).toBe(Math.min(1, drives))
  })
})

describe('docs/convex.md says what the component’s own hook does, and what this one does', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/convex.md'), 'utf8')

  it.each(scenarios)('$name', async (scenario) => {
    const [theirs, ours] = scenario.isStrict ? [componentStrict, reactStrict] : [component, react]
    const seen = [await perform(scenario, theirs, { isDoubtful: true }), await perform(scenario, ours)]
    expect(page).toContain(`| ${[scenario.name, ...seen.map(describeOutcome)].join(' | ')} |`)
  })
})
