import { describe, expect, it } from 'vitest'
import { selectSteps, usage } from './select-steps.mjs'
import { steps } from './steps.mjs'

const names = (words: string[]) => selectSteps(steps, words).map(({ name }) => name)

describe('the parts of the test command', () => {
  it('are all chosen when none is named', () => {
    expect(names([])).toEqual(steps.map(({ name }) => name))
  })

  it('keep their order and bring the build where it is needed', () => {
    expect(names(['sizes', 'e2e'])).toEqual(['build', 'e2e', 'sizes'])
    expect(names(['core', 'lint'])).toEqual(['core', 'lint'])
  })

  it('come as groups too', () => {
    const unit = steps.filter(({ group }) => group === 'unit').map(({ name }) => name)
    expect(unit).toContain('core')
    expect(names(['unit'])).toEqual(['build', ...unit])
    expect(names(['gates'])).not.toContain('core')
  })

  it('run all tests of a package under its own name, without a build', () => {
    for (const name of ['core', 'server', 'react', 'vue', 'svelte', 'solid', 'convex', 'ai-sdk']) {
      expect(names([name])).toEqual([name])
    }
  })

  it('reject an unknown name and list the known ones', () => {
    expect(() => names(['croe'])).toThrow(/no part "croe".*core.*lint/)
  })

  it('are all listed by --help', () => {
    for (const { name } of steps) expect(usage(steps)).toContain(`\n  ${name} `)
  })
})
