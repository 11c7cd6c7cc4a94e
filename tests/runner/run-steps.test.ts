import { describe, expect, it } from 'vitest'
import { runSteps } from './run-steps.mjs'
import type { Outcome, Programs, Step, StepContext } from './types'

const passed: Outcome = { passed: 1, failed: 0, skipped: 0, skips: [] }
const programs: Programs = { env: { CHROMIUM_PATH: '/bin/chromium' }, missing: {} }

/** Steps that end when the test says so. */
function createFleet(definitions: readonly ({ name: string } & Partial<Step>)[]) {
  const ends = new Map<string, (outcome: Outcome) => void>()
  const contexts = new Map<string, StepContext>()
  const steps = definitions.map((definition): Step => {
    const { name } = definition
    const run = (context: StepContext) => {
      contexts.set(name, context)
      return new Promise<Outcome>((resolve) => ends.set(name, resolve))
    }
    return { group: 'unit', title: name, needsBuild: false, needs: [], run, ...definition }
  })
  return {
    steps,
    contexts,
    started: () => [...ends.keys()],
    async end(name: string, outcome = passed) {
      ends.get(name)?.(outcome)
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

function run(steps: readonly Step[], lanes: number, found: Promise<Programs> = Promise.resolve(programs)) {
  return runSteps(steps, {
    lanes,
    cores: 2 * lanes,
    programs: found,
    isLive: false,
    onStart: () => {},
    onEnd: () => {},
  })
}

describe('the steps of a test run', () => {
  it('start as soon as a lane is free, and are reported in their order', async () => {
    const { steps, started, end } = createFleet([{ name: 'a' }, { name: 'b' }, { name: 'c' }])
    const all = run(steps, 2)
    expect(started()).toEqual(['a', 'b'])
    await end('b')
    expect(started()).toEqual(['a', 'b', 'c'])
    await end('c')
    await end('a')
    expect((await all).map(({ step }) => step.name)).toEqual(['a', 'b', 'c'])
  })

  it('share a lane with another one if both mostly wait', async () => {
    const { steps, started, end } = createFleet([
      { name: 'a' },
      { name: 'b', mostlyWaits: true },
      { name: 'c' },
      { name: 'd', mostlyWaits: true },
    ])
    const all = run(steps, 2)
    expect(started()).toEqual(['a', 'b', 'd'])
    await end('b')
    expect(started()).toEqual(['a', 'b', 'd'])
    await end('d')
    expect(started()).toEqual(['a', 'b', 'd', 'c'])
    await end('a')
    await end('c')
    await all
  })

  it('wait for the build and for programs, and let others go first', async () => {
    let find = (_: Programs) => {}
    const finding = new Promise<Programs>((resolve) => {
      find = resolve
    })
    const { steps, contexts, started, end } = createFleet([
      { name: 'build' },
      { name: 'e2e', needsBuild: true, needs: ['chromium'] },
      { name: 'sizes', needsBuild: true },
      { name: 'lint' },
    ])
    const all = run(steps, 2, finding)
    expect(started()).toEqual(['build', 'lint'])
    await end('build')
    expect(started()).toEqual(['build', 'lint', 'sizes'])
    await end('lint')
    find(programs)
    await new Promise((resolve) => setImmediate(resolve))
    expect(started()).toEqual(['build', 'lint', 'sizes', 'e2e'])
    expect(contexts.get('e2e')?.programs).toBe(programs)
    await end('sizes')
    await end('e2e')
    await all
  })

  it('fail without running if the build failed', async () => {
    const { steps, started, end } = createFleet([{ name: 'build' }, { name: 'sizes', needsBuild: true }])
    const all = run(steps, 2)
    await end('build', { ...passed, passed: 0, failed: 1 })
    expect((await all).map(({ outcome }) => outcome.failed)).toEqual([1, 1])
    expect(started()).toEqual(['build'])
  })

  it('fail if they throw', async () => {
    const { steps } = createFleet([{ name: 'a', run: () => Promise.reject(new Error('broken')) }])
    const [result] = await run(steps, 2)
    expect(result?.outcome).toMatchObject({ failed: 1, output: expect.stringContaining('broken') })
  })
})
