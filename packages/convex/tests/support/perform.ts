import type { StreamBody } from '@convex-dev/persistent-text-streaming'
import { convexSources } from '@keepstream/convex'
import { createStreamClient } from '@keepstream/core'
import { expect, vi } from 'vitest'
import { api } from './app/_generated/api'
import { openClient } from './hooks/clients'
import type { Hook, HookProps } from './hooks/hook'
import type { Play, Scenario } from './scenarios'
import { createStage, hasFallen, hasShrunk, type Tab } from './stage'

export interface Outcome {
  readonly tab: Tab
  readonly tabs: readonly Tab[]
  /** The final state in the database; `undefined` for a deleted stream. */
  readonly stored: StreamBody | undefined
  readonly written: string
  readonly runs: number
  readonly drives: number
}

/** How long a hook that may never show something is waited for, in milliseconds. Its last word is taken later. */
const DOUBT_MS = 300

/** Plays a scenario with a hook. With `isDoubtful`, a wrong result is no failure. */
export async function perform(scenario: Scenario, hook: Hook, { isDoubtful = false } = {}): Promise<Outcome> {
  const stage = await createStage()
  const { id, writer } = await stage.create()
  const tabs: Tab[] = []
  const open = (props: Partial<HookProps>) => {
    const tab = stage.open(hook, { streamId: id, ...props })
    tabs.push(tab)
    return tab
  }
  const play: Play = {
    stage,
    id,
    writer: isDoubtful ? impatient(writer) : writer,
    drive: (props) => open({ driven: true, ...props }),
    follow: () => open({}),
    sees: (tab, body) => (isDoubtful ? mayShow(tab, body) : tab.shows(body)),
    mightSee: async (tab, body) => (isDoubtful ? mayShow(tab, body) : undefined),
  }
  const tab = await scenario.run(play)
  if (isDoubtful) await witness(stage.url, id)
  return {
    tab,
    tabs,
    stored: await stage.stored(id).catch(() => undefined),
    written: writer.written,
    runs: writer.runs,
    drives: stage.drives.length,
  }
}

function mayShow(tab: Tab, body: Partial<StreamBody>): Promise<void> {
  return vi.waitFor(() => expect(tab.last).toMatchObject(body), { timeout: DOUBT_MS, interval: 10 }).catch(() => {})
}

/** Does not wait for a writer that was not started. */
function impatient(writer: Play['writer']): Play['writer'] {
  const doubt = () => new Promise<void>((resolve) => setTimeout(resolve, DOUBT_MS))
  return {
    ...writer,
    write: (text) => Promise.race([writer.write(text), doubt()]),
    finish: () => Promise.race([writer.finish(), doubt()]),
    fail: () => Promise.race([writer.fail(), doubt()]),
  }
}

/** Follows the stream beside the hook to where it is now, so that the hook had its time too. */
async function witness(url: string, id: string) {
  const convex = openClient(url)
  const streamUrl = new URL(url)
  const { stream } = createStreamClient(
    convexSources(convex, { getStreamBody: api.streaming.getStreamBody, streamUrl }),
  )
  const { attach, $state } = stream(id)
  const detach = attach()
  const isThere = () =>
    expect($state.get()).toSatisfy(({ isCaughtUp, error, retrying }) => isCaughtUp || error || retrying)
  await vi.waitFor(isThere, { timeout: 45_000, interval: 10 })
  await new Promise((resolve) => setTimeout(resolve, DOUBT_MS))
  detach()
  await convex.close()
}

/** In the words of the table. */
export function describeOutcome({ tab, stored, written }: Outcome): string {
  if (tab.crash) return 'throws in the render'
  const { text, status } = tab.last
  const what =
    text === written
      ? written && 'the whole text'
      : text === ''
        ? 'nothing'
        : text === stored?.text
          ? 'what is stored'
          : `only “${text.trim()}”`
  const flaws = [
    ...(hasShrunk(tab.bodies) ? ['jumps back'] : []),
    ...(hasFallen(tab.bodies) ? ['says `error` too early'] : []),
  ]
  return [`\`${status}\`, ${what || 'nothing'}`, flaws.join(', ')].filter(Boolean).join('; ')
}
