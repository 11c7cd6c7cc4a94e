import { reportClient, type StreamClient } from '@keepstream/core'
import {
  type ComponentInternalInstance,
  customRef,
  type EffectScope,
  effectScope,
  getCurrentInstance,
  getCurrentScope,
  getCurrentWatcher,
  isRef,
  onBeforeUpdate,
  onWatcherCleanup,
  type Ref,
  readonly,
  warn,
} from 'vue'
import { createPhase, type Phase } from './phase'

/** Where `useStream` is called: what decides how long it reads. */
interface Place {
  readonly phase: Readonly<Ref<Phase>>
  /** Makes the refs for an id, or finds them, where the same place runs again. */
  keep<Result extends object>(id: string | undefined, make: () => Result): Result
}

interface Kept {
  readonly client: StreamClient
  readonly result: object
  readonly scope: EffectScope
  isAsked: boolean
}

/** A render function or a watcher, which runs again and again, also for what it shows itself. */
interface Runner {
  readonly phase: Readonly<Ref<Phase>>
  readonly results: Map<string | undefined, Kept>
}

// Both fields are Vue's own. Where a version has no `effects`, a watcher's first run belongs to the scope around it.
type Instance = ComponentInternalInstance & { readonly scope: EffectScope }
type Scope = EffectScope & { readonly effects?: readonly unknown[] }

const runners = new WeakMap<object, Runner>()
const reported = new WeakSet<StreamClient>()

/** The current scope, or the watcher or the render function that runs now. What is read there ends with it. */
export function findPlace(client: StreamClient): Place {
  const instance = getCurrentInstance() as Instance | null
  const scope = getCurrentScope() as Scope | undefined
  const watcher = getCurrentWatcher()
  const isShared = !instance || (!!scope && scope !== instance.scope)

  // The first run of a watcher is in the scope that it was made in. Any other scope was entered on purpose, as by a store.
  const runs = scope ? scope.effects?.includes(watcher) && watcher : (instance ?? watcher)
  if (!runs) {
    if (!scope) reportNoScope(client)
    return { phase: createPhase({ instance, isShared, isRender: false }), keep: (_, make) => make() }
  }

  const isRender = runs === instance
  const known = runners.get(runs)
  const runner = known ?? { phase: createPhase({ instance, isShared, isRender }), results: new Map() }
  runners.set(runs, runner)
  if (!isRender) onWatcherCleanup(() => leaveUnasked(runner))
  else if (!known) onBeforeUpdate(() => leaveUnasked(runner), instance)

  return {
    phase: runner.phase,
    keep<Result extends object>(id: string | undefined, make: () => Result) {
      const found = runner.results.get(id)
      if (found) {
        found.isAsked = true
        reportClient(found.client, client)
        return found.result as Result
      }
      // A component stops its own; a watcher's cleanup does it for what was made here.
      const scope = (isRender ? instance.scope.run(() => effectScope()) : effectScope(true)) as EffectScope
      const result = withReport(scope.run(make) as Result, () => {
        if (runs === (isRender ? getCurrentInstance() : getCurrentWatcher())) kept.isAsked = true
      })
      const kept: Kept = { client, result, scope, isAsked: true }
      runner.results.set(id, kept)
      return result
    },
  }
}

/** The same refs, which report that they are read: a run may have its result from a `computed`, and not ask again. */
function withReport<Result extends object>(result: Result, onRead: () => void): Result {
  const report = (value: unknown) => {
    if (!isRef(value)) return value
    const get = () => {
      onRead()
      return value.value
    }
    return readonly(customRef(() => ({ get, set() {} })))
  }
  return Object.fromEntries(Object.entries(result).map(([key, value]) => [key, report(value)])) as Result
}

/** Between two runs, or at the end: what the next run does not ask for is left once that has had its turn. */
function leaveUnasked({ results }: Runner): void {
  for (const kept of results.values()) kept.isAsked = false
  queueMicrotask(() => {
    for (const [id, { scope, isAsked }] of results) {
      if (isAsked) continue
      results.delete(id)
      scope.stop()
    }
  })
}

function reportNoScope(client: StreamClient): void {
  if (typeof window === 'undefined' || reported.has(client)) return
  reported.add(client)
  warn(
    '@keepstream/vue: useStream was called outside of any effect scope, so nothing can end its reading. Call it in ' +
      'setup (before an await), in a watcher, or in effectScope().run(…).',
  )
}
