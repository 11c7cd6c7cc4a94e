import { appendCases } from './cases/append'
import { beatCases } from './cases/beat'
import { claimCases } from './cases/claim'
import { closeCases } from './cases/close'
import { concurrencyCases } from './cases/concurrency'
import { createCases } from './cases/create'
import { deleteCases } from './cases/delete'
import { disposeCases } from './cases/dispose'
import { expireCases } from './cases/expire'
import { headsCases } from './cases/heads'
import { historyCases } from './cases/history'
import { listCases } from './cases/list'
import { modelCases } from './cases/model'
import { readCases } from './cases/read'
import { reopenCases } from './cases/reopen'
import { stopCases } from './cases/stop'
import { sweepCases } from './cases/sweep'
import { watchCases } from './cases/watch'
import type { CaseContext, CaseDefinition, StoreTestCase, StoreTestKitOptions } from './types'

/**
 * Everything a `StreamStore` must do, as a list of cases for any test framework:
 *
 * ```ts
 * for (const { name, run } of storeTestKit({ create })) it(name, run)
 * ```
 *
 * Throws if `omit` names a key that no case has.
 */
export function storeTestKit(options: StoreTestKitOptions): readonly StoreTestCase[] {
  const omitted = new Set(options.omit ?? [])
  const unknown = [...omitted].filter((key) => !definitions.some((definition) => definition.key === key))
  if (unknown.length > 0) {
    throw new TypeError(
      `@keepstream/server/testkit: storeTestKit({ omit }) names cases that do not exist: ${unknown.join(', ')}. ` +
        `There are: ${definitions.map(({ key }) => key).join(', ')}.`,
    )
  }
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31)
  return definitions.map((definition) =>
    omitted.has(definition.key) ? omittedCase(definition, options, seed) : requiredCase(definition, options, seed),
  )
}

const definitions: readonly CaseDefinition[] = [
  ...createCases,
  ...claimCases,
  ...appendCases,
  ...beatCases,
  ...readCases,
  ...headsCases,
  ...listCases,
  ...watchCases,
  ...closeCases,
  ...stopCases,
  ...expireCases,
  ...deleteCases,
  ...sweepCases,
  ...concurrencyCases,
  ...reopenCases,
  ...disposeCases,
  ...modelCases,
  ...historyCases,
]

function requiredCase(definition: CaseDefinition, options: StoreTestKitOptions, seed: number): StoreTestCase {
  const { key, name } = definition
  return { key, name: `${key}: ${name}`, run: () => runCase(definition, options, seed) }
}

function omittedCase(definition: CaseDefinition, options: StoreTestKitOptions, seed: number): StoreTestCase {
  const { key, name } = definition
  return {
    key,
    name: `${key}: omitted, not: ${name}`,
    async run() {
      const isPassed = await runCase(definition, options, seed).then(
        () => true,
        // The expected failure, with any error.
        () => false,
      )
      if (!isPassed) return
      throw new Error(
        `@keepstream/server/testkit: "${key}" is omitted, but this store can do it. Take it off the list.`,
      )
    },
  }
}

async function runCase(definition: CaseDefinition, options: StoreTestKitOptions, seed: number): Promise<void> {
  const target = await options.create()
  let count = 0
  const context: CaseContext = {
    store: target.store,
    advance: (ms) => target.advance(ms),
    ...(target.connect === undefined ? {} : { connect: target.connect.bind(target) }),
    ...(target.reopen === undefined ? {} : { reopen: target.reopen.bind(target) }),
    ...(target.disconnect === undefined ? {} : { disconnect: target.disconnect.bind(target) }),
    ...(target.loseText === undefined ? {} : { loseText: target.loseText.bind(target) }),
    dispose: () => target.dispose(),
    leaseMs: options.leaseMs ?? 15_000,
    pendingMs: options.pendingMs ?? 20 * 60_000,
    seed,
    runs: options.runs ?? 40,
    id: () => `stream-${++count}`,
  }
  try {
    await definition.run(context)
  } finally {
    await target.dispose()
  }
}
