import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createStorableText } from '../src/run/storable-text'
import { rerunnable } from './support/rerunnable'
import { type Collected, collect, createHand, createRig, parseEvents, request, textOf } from './support/rig'
import { spyStore } from './support/spy-store'

type Fault = 'none' | 'refuses' | 'loses results' | 'is slow'

type Step =
  | { readonly do: 'append'; readonly text: string }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'follow' | 'drive' | 'drive elsewhere' | 'leave' | 'read' }
  | { readonly do: 'break'; readonly fault: Fault }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('append' as const), text: text() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('advance' as const),
      ms: fc.constantFrom(0, 1, 60, 110, 300, 2_000, 9_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('follow' as const, 'drive', 'drive elsewhere', 'leave', 'read') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('break' as const),
      fault: fc.constantFrom<Fault>('none', 'refuses', 'loses results', 'is slow'),
    }),
  },
)

function text(): fc.Arbitrary<string> {
  return fc
    .array(fc.constantFrom('a', 'word ', 'end. ', '\n\n', '\0', '\uD83D', '\uDE00', '😀', 'x'.repeat(5_000)), {
      maxLength: 4,
    })
    .map((parts) => parts.join(''))
}

it('S3 S4 S8 in any order of events every reader has a prefix, and the whole text at the end', async () => {
  await rerunnable(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.constantFrom('done' as const, 'error', 'stopped'),
      async (steps, ending) => {
        const rig = createRig({ wrap: spyStore, rolloverMs: 10_000_000 })
        const { clock, streams } = rig
        const store = rig.store as ReturnType<typeof spyStore>
        const elsewhere = createRig({ store, clock, rolloverMs: 10_000_000 })
        const id = await streams.createStream()
        const hand = createHand()
        const sse = () => request('/', { headers: { Accept: 'text/event-stream' } })
        const raws: Collected[] = [collect(await streams.stream(request(), id, hand.producer))]
        const followers: Collected[] = []
        const storable = createStorableText()
        let expected = ''

        for (const step of steps) {
          switch (step.do) {
            case 'append':
              expected += storable.push(step.text)
              await hand.append(step.text)
              break
            case 'advance':
              await clock.advance(step.ms)
              break
            case 'follow':
              followers.push(collect(await elsewhere.streams.read(sse(), id)), collect(await streams.read(sse(), id)))
              break
            case 'drive':
              raws.push(collect(await streams.stream(request(), id, hand.producer)))
              break
            case 'drive elsewhere':
              followers.push(collect(await elsewhere.streams.stream(sse(), id, hand.producer)))
              break
            case 'leave':
              await followers.shift()?.cancel()
              break
            case 'read':
              expect(expected.startsWith((await streams.getStreamBody(id)).text)).toBe(true)
              break
            case 'break':
              setFault(step.fault)
          }
          const durable = (await store.read(id, 0, 10_000_000))?.text ?? ''
          for (const { text } of raws) expect(expected.startsWith(text)).toBe(true)
          for (const { text } of followers) expect(durable.startsWith(textOf(parseEvents(text).events))).toBe(true)
        }

        expected += storable.flush()
        if (ending === 'done') hand.finish()
        if (ending === 'error') hand.fail(new Error('as planned'))
        const stopping = ending === 'stopped' ? streams.stopStream(id) : undefined
        await clock.advance(3_000)
        setFault('none')
        await clock.advance(30_000)
        await stopping

        expect(await streams.getStreamBody(id)).toMatchObject({ text: expected, status: ending })
        expect(hand.calls).toHaveLength(1)
        for (const reader of raws) expect(reader).toMatchObject({ text: expected, isDone: true })
        for (const reader of followers) {
          const { events } = parseEvents(reader.text)
          expect(textOf(events)).toBe(expected)
          // Only a connection that begins after the end may report the end before the text is complete.
          const later = events.slice(1).filter(({ event }) => event === 'status')
          for (const { data } of later) expect(data).toMatchObject({ status: 'streaming' })
          expect(events.at(-1)).toMatchObject({ event: 'end', data: { status: ending, offset: expected.length } })
        }
        expect(clock.timers).toBe(0)

        function setFault(fault: Fault): void {
          const inject = async <T>(pass: () => Promise<T>): Promise<T> => {
            if (fault === 'refuses') throw new Error('down')
            if (fault === 'is slow') await new Promise<void>((resolve) => void clock.setTimeout(resolve, 700))
            const result = await pass()
            if (fault === 'loses results') throw new Error('connection reset')
            return result
          }
          for (const act of ['append', 'beat', 'close'] as const) {
            if (fault === 'none') delete store.instead[act]
            else store.instead[act] = inject
          }
        }
      },
    ),
    400,
  )
}, 60_000)
