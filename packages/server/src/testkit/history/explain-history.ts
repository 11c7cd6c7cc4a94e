import { isEqual, show } from '../expect'
import { StoreModel } from '../store-model'
import type { Act } from './act'

export interface HistoryRules {
  readonly pendingMs: number
  /**
   * By how much the clocks of the store and of the record may differ, in milliseconds: an act that finds a lease between
   * over and not over may find it either way. @default 0
   */
  readonly slackMs?: number
}

/**
 * Throws unless each stream's acts could have happened one after the other, each at one moment between its beginning and
 * its end, with the answers that were given. An act without an answer may have happened at any time after its beginning,
 * or never. Whatever a store loses, repeats, reorders, shows too early or takes back leaves an answer that no order explains.
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
  /** What else could have come next here, if this did not. */
  readonly others: readonly Choice[]
}

interface Choice {
  readonly act: Act
  readonly now: number
}

/** A search that takes back what leads nowhere, and never goes twice to where it has been. */
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
      choices = deadEnds.has(place()) ? [] : choose()
      continue
    }
    deadEnds.add(place())
    const last = path.pop()
    if (last === undefined) throw unexplained(acts, deepest, model)
    explained.delete(last.act)
    model.restore(last.act.id, last.saved)
    choices = last.others
  }

  /** What may come next: whatever began before everything that must still come had ended. */
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
      const answer = act.play(model)
      if (act.ended === Infinity || isEqual(answer, act.answer)) return { act, saved, others: from.slice(index + 1) }
      model.restore(act.id, saved)
    }
    return undefined
  }

  function place(): string {
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
    `no order of the acts on ${stuck.id} explains this answer of process ${stuck.by} to: ${stuck.what}\n` +
      `  answered: ${show(stuck.answer)}\n  a model:  ${show(stuck.play(model))}\nbefore and meanwhile:\n` +
      before.map(tell).join('\n'),
  )
}

function tell({ by, what, begun, ended, answer, now }: Act): string {
  const outcome = ended === Infinity ? 'no answer' : show(answer)
  return `  ${begun}–${ended === Infinity ? '' : ended} at ${now}, process ${by}: ${what} → ${outcome}`
}
