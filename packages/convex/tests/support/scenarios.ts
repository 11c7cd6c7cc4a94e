import type { StreamId } from '@convex-dev/persistent-text-streaming'
import type { Writer } from './app/writers'
import type { HookProps } from './hooks/hook'
import type { Stage, Tab } from './stage'

/** The parts of a scenario: a deployment, a stream with its writer, and tabs with the hook under test. */
export interface Play {
  readonly stage: Stage
  readonly id: StreamId
  readonly writer: Writer
  drive(props?: Partial<HookProps>): Tab
  follow(): Tab
  /** Waits until the tab shows it, or is sure not to. */
  sees(tab: Tab, body: Parameters<Tab['shows']>[0]): Promise<void>
  /** Waits long enough for a wrong hook to show a wrong state. */
  mightSee(tab: Tab, body: Parameters<Tab['shows']>[0]): Promise<void>
}

export interface Scenario {
  /** As the table in docs/convex.md names it. */
  readonly name: string
  /** How often a tab requests to drive. */
  readonly drives: number
  /** In React, inside `<StrictMode>` alone. */
  readonly isStrict?: boolean
  /** Resolves with the tab that is judged. */
  run(play: Play): Promise<Tab>
}

const words = ['One, ', 'two. ', 'Three, ', 'four! ', 'five'] as const
const begun = words.slice(0, 3)

/** Writes, and waits until each chunk is shown. */
async function write({ writer, sees }: Play, tab: Tab, pieces: readonly string[], shown = '') {
  let text = shown
  for (const piece of pieces) {
    text += piece
    await writer.write(piece)
    await sees(tab, { text })
  }
}

async function finish({ writer, sees }: Play, tab: Tab) {
  await writer.finish()
  await sees(tab, { status: 'done' })
}

async function normal(play: Play): Promise<Tab> {
  const tab = play.drive()
  await write(play, tab, words)
  await finish(play, tab)
  return tab
}

export const scenarios: readonly Scenario[] = [
  { name: 'a normal stream', drives: 1, run: normal },
  { name: 'in `<StrictMode>`', drives: 1, isStrict: true, run: normal },
  {
    name: 'new URL() and headers written inline',
    drives: 1,
    async run(play) {
      const tab = play.drive({ isInline: true, opts: { headers: { 'x-app': 'chat' } } })
      await write(play, tab, words)
      await finish(play, tab)
      return tab
    },
  },
  {
    name: 'a new token in mid-stream',
    drives: 1,
    async run(play) {
      const tab = play.drive({ opts: { authToken: 'first' } })
      await write(play, tab, begun)
      tab.apply({ opts: { authToken: 'second' } })
      await write(play, tab, words.slice(3), begun.join(''))
      await finish(play, tab)
      return tab
    },
  },
  ...words.map(
    (word, at): Scenario => ({
      name: `the connection is cut after “${word.trim()}”`,
      drives: 1,
      async run(play) {
        const tab = play.drive()
        await write(play, tab, words.slice(0, at + 1))
        play.stage.cutAnswers()
        await play.stage.hasPushed()
        await play.mightSee(tab, await play.stage.stored(play.id))
        for (const word of words.slice(at + 1)) await play.writer.write(word)
        await finish(play, tab)
        return tab
      },
    }),
  ),
  {
    name: 'the connection is cut before the first word',
    drives: 1,
    async run(play) {
      const tab = play.drive()
      await play.stage.isAnswering()
      play.stage.cutAnswers()
      await play.stage.hasPushed()
      for (const word of words) await play.writer.write(word)
      await finish(play, tab)
      return tab
    },
  },
  {
    name: 'the writer throws in mid-stream',
    drives: 1,
    async run(play) {
      const tab = play.drive()
      await write(play, tab, begun)
      await play.writer.fail()
      await play.sees(tab, { status: 'error' })
      return tab
    },
  },
  {
    name: 'a second tab drives too',
    drives: 2,
    async run(play) {
      const first = play.drive()
      await write(play, first, begun)
      const tab = play.drive()
      await play.sees(tab, { text: 'One, two. ' })
      await write(play, first, words.slice(3), begun.join(''))
      await finish(play, tab)
      return tab
    },
  },
  {
    name: 'a late follower',
    drives: 1,
    async run(play) {
      const first = play.drive()
      await write(play, first, begun)
      const tab = play.follow()
      await play.sees(tab, { text: 'One, two. ' })
      await write(play, first, words.slice(3), begun.join(''))
      await finish(play, tab)
      return tab
    },
  },
  {
    name: 'a follower of text without sentence ends',
    drives: 1,
    async run(play) {
      const tab = play.follow()
      const first = play.drive()
      await write(play, first, ['one ', 'two ', 'three'])
      await finish(play, tab)
      return tab
    },
  },
  {
    name: 'a follower of a stream that nobody drives',
    drives: 0,
    async run(play) {
      const tab = play.follow()
      await play.sees(tab, { status: 'pending' })
      return tab
    },
  },
  {
    name: 'the HTTP action refuses, and somebody else drives',
    drives: 2,
    async run(play) {
      play.stage.refuse(401)
      const tab = play.drive()
      await play.stage.hasDriven(1)
      play.stage.refuse(undefined)
      const other = play.drive()
      await write(play, other, words)
      await finish(play, tab)
      return tab
    },
  },
  {
    name: 'the sockets are lost for a moment',
    drives: 1,
    async run(play) {
      const first = play.drive()
      const tab = play.follow()
      await write(play, first, words.slice(0, 2))
      await play.sees(tab, { text: 'One, two. ' })
      play.stage.cutSockets()
      await write(play, first, words.slice(2), 'One, two. ')
      await play.stage.hasReconnected()
      await finish(play, tab)
      return tab
    },
  },
  {
    name: 'the stream is deleted while it is followed',
    drives: 1,
    async run(play) {
      const first = play.drive()
      const tab = play.follow()
      await write(play, first, begun)
      await play.sees(tab, { text: 'One, two. ' })
      await play.stage.clear()
      await play.sees(tab, { status: 'error' })
      return tab
    },
  },
]
