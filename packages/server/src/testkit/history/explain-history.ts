import { isEqual, show } from '../expect'
import { StoreModel } from '../store-model'
import type { Act } from './act'

export interface HistoryRules {
  readonly pendingMs: number
  /**
   * How much the clocks of the store and of the recorder may differ, in milliseconds. Within it, an act may find a lease
   * expired or not. @default 0
   */
  readonly slackMs?: number
}

/**
 * Throws unless the acts of each stream could have happened one after the other, each at one moment between its start and its
 * end, with the recorded results. An act without a result may have happened at any time after its start, or never. If a store
 * loses, repeats, reorders, shows too early or takes back anything, some result has no such order.
 */
export function explainHistory(acts: readonly Act[], rules: HistoryRules): void {
  const streams = new Map<string, Act[]>()
  for (const act of acts) streams.set(act.id, [...(streams.get(act.id) ?? []), act])
  for (const own of streams.values())
    explainStream(
      own.sort((a, b) => a.begun - b.begun),
      rules,
    )
}

interface Step {
  readonly act: Act
  readonly saved: ReturnType<StoreModel['save']>
  /** The other acts that could have come next instead. */
  readonly others: readonly Choice[]
}

interface Choice {
  readonly act: Act
  readonly now: number
}

/** A depth-first search with backtracking that never visits a state twice. */
function explainStream(acts: readonly Act[], { pendingMs, slackMs = 0 }: HistoryRules): void {
  const model = new StoreModel(pendingMs)
  const explained = new Set<Act>()
  const deadEnds = new Set<string>()
  const path: Step[] = []
  let deepest: readonly Act[] = []
  let choices: readonly Choice[] = choose()

  while (acts.some((act) => act.ended !== Infinity && !explained.has(act))) {
    const step = take(choices)
    if (step !== undefined) {
      path.push(step)
      explained.add(step.act)
      if (path.length > deepest.length) deepest = path.map(({ act }) => act)
      choices = deadEnds.has(state()) ? [] : choose()
      continue
    }
    deadEnds.add(state())
    const last = path.pop()
    if (last === undefined) throw unexplained(acts, deepest, model)
    explained.delete(last.act)
    model.restore(last.act.id, last.saved)
    choices = last.others
  }

  /** The acts that may come next: those that started before any other open act ended. */
  function choose(): Choice[] {
    const next: Act[] = []
    let firstEnd = Infinity
    for (const act of acts) {
      if (act.begun > firstEnd) break
      if (explained.has(act)) continue
      next.push(act)
      firstEnd = Math.min(firstEnd, act.ended)
    }
    return next
      .filter(({ begun }) => begun <= firstEnd)
      .sort((a, b) => a.ended - b.ended)
      .flatMap((act) => {
        const now = Math.max(act.now, model.now)
        return slackMs === 0
          ? [{ act, now }]
          : [
              { act, now },
              { act, now: now + slackMs },
            ]
      })
  }

  function take(from: readonly Choice[]): Step | undefined {
    for (const [index, { act, now }] of from.entries()) {
      const saved = model.save(act.id)
      model.now = now
      const result = act.play(model)
      if (act.ended === Infinity || isEqual(result, act.answer)) return { act, saved, others: from.slice(index + 1) }
      model.restore(act.id, saved)
    }
    return undefined
  }

  function state(): string {
    return acts.map((act) => (explained.has(act) ? '1' : '0')).join('') + model.signature(acts[0]?.id ?? '')
  }
}

function unexplained(acts: readonly Act[], deepest: readonly Act[], model: StoreModel): Error {
  for (const act of deepest) {
    model.now = Math.max(model.now, act.now)
    act.play(model)
  }
  const left = acts.filter((act) => !deepest.includes(act) && act.ended !== Infinity)
  const stuck = left[0]
  const before = acts.filter((act) => stuck !== undefined && act !== stuck && act.begun < stuck.ended).slice(-14)
  if (stuck === undefined) return new Error('the history has no explanation')
  model.now = Math.max(model.now, stuck.now)
  return new Error(
    `no order of the acts on ${stuck.id} explains this result of process ${stuck.by}: ${stuck.what}\n` +
      `  result: ${show(stuck.answer)}\n  model:  ${show(stuck.play(model))}\nthe acts before and meanwhile:\n` +
      before.map(describe).join('\n'),
  )
}

function describe({ by, what, begun, ended, answer, now }: Act): string {
  const outcome = ended === Infinity ? 'no result' : show(answer)
  return `  ${begun}–${ended === Infinity ? '' : ended} at ${now}, process ${by}: ${what} → ${outcome}`
}
