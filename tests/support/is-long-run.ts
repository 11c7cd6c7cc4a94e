import { it, type TestFunction } from 'vitest'

/** Whether `npm run test:long` runs the tests, which then try all of what is slow. */
export const isLongRun = Number(process.env['RUNS_FACTOR'] ?? 1) > 1

/** A test that `npm run test:long` runs alone. Elsewhere it is not there, so that it is not reported as skipped. */
export function itInLongRun(name: string, test: TestFunction): void {
  if (isLongRun) it(name, test)
}

/** The cases of a test: the first of them in the test command, all of them in `npm run test:long`. */
export function casesFrom<Case>(first: Case, ...others: Case[]): readonly Case[] {
  return isLongRun ? [first, ...others] : [first]
}

/** The cases of a test that `npm run test:long` runs alone. */
export function casesInLongRun<Case>(cases: readonly Case[]): readonly Case[] {
  return isLongRun ? cases : []
}
