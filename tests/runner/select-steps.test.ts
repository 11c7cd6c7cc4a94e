import { describe, expect, it } from 'vitest'
import { selectSteps, usage } from './select-steps.mjs'
import { steps } from './steps.mjs'

const names = (words: string[]) => selectSteps(steps, words).map(({ name }) => name)

describe('the parts of the test command', () => {
  it('are all chosen when none is named', () => {
    expect(names([])).toEqual(steps.map(({ name }) => name))
  })

  it('keep their order and bring the build where it is needed', () => {
    expect(names(['unit', 'sizes'])).toEqual(['build', 'sizes', 'unit'])
    expect(names(['lint'])).toEqual(['lint'])
  })

  it('come as groups too', () => {
    const tests = steps.filter(({ group }) => group === 'tests').map(({ name }) => name)
    expect(tests).toContain('unit')
    expect(names(['tests'])).toEqual(['build', ...tests])
    expect(names(['gates'])).not.toContain('unit')
  })

  it('answer an unknown name with the known ones', () => {
    expect(() => names(['unti'])).toThrow(/no part "unti".*lint.*unit/)
  })

  it('are all told by --help', () => {
    for (const { name } of steps) expect(usage(steps)).toContain(`\n  ${name} `)
  })
})
