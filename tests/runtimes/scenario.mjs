/**
 * Difficult encodings: four-byte characters, a leading BOM, every line end, NUL, forged events, a split surrogate pair.
 */
const chunks = [
  '\uFEFF',
  'Größe 日本語. ',
  '👩‍👩‍👧',
  '\uD83D',
  '\uDE00 ',
  'a\r\nb\rc\n',
  'data: x\n\nevent: end\n\n',
  'é'.normalize('NFD'),
  '\u0001\u2028. ',
]
const truth = chunks.join('').repeat(12)

/**
 * Does what an application does with the server: drive, follow, reload mid-answer, stop. Uses only APIs that every
 * runtime has. Throws if anything is wrong.
 *
 * @param {typeof import('@keepstream/server').createStreams} createStreams
 * @param {() => import('@keepstream/server').StreamStore} openStore opens the store of another process on the same data
 * @returns {Promise<string>} a summary
 */
export async function playScenario(createStreams, openStore) {
  const [here, there] = [openStore(), openStore()].map((store) => {
    const streams = createStreams({
      store,
      flush: { intervalMs: 20 },
      onError: (error) => {
        throw error
      },
    })
    return { streams, handle: streams.handler({ basePath: '/streams', authorize: 'public', produce }) }
  })
  if (!here || !there) throw new Error('unreachable')

  const id = await here.streams.createStream({ meta: { odd: truth } })
  const driving = await send(here, `${id}/drive`, { method: 'POST', headers: { Accept: 'text/plain' } })
  const following = readEvents(await send(there, id, { headers: { Accept: 'text/event-stream' } }))
  // A reload: the connection breaks mid-answer, and the next one starts from the stored text.
  const seen = await readSome(driving, 40)
  equal(truth.startsWith(seen), true, 'what the driver saw is a prefix')
  const snapshot = await (await send(here, id, { headers: { Accept: 'application/json' } })).json()
  equal(snapshot.status, 'streaming', 'the status mid-answer')
  equal(truth.startsWith(snapshot.text), true, 'what is stored is a prefix')
  const resumed = readEvents(
    await send(here, `${id}?offset=${snapshot.text.length}&epoch=1`, { headers: { Accept: 'text/event-stream' } }),
  )
  const [followed, rest] = await Promise.all([following, resumed])
  equal(followed.text, truth, 'what a follower in another process received')
  equal(snapshot.text + rest.text, truth, 'what the reloaded page has')
  equal(followed.end.status, 'done', 'the end')
  const whole = await send(there, id, { headers: { Accept: 'text/plain' } })
  equal(new TextDecoder('utf-8', { ignoreBOM: true }).decode(await whole.arrayBuffer()), truth, 'the whole text, raw')

  const other = await here.streams.createStream()
  const stopping = await send(here, `${other}/drive`, { method: 'POST', headers: { Accept: 'text/plain' } })
  const begun = await readSome(stopping, 10)
  const stopped = await (await send(there, `${other}/stop`, { method: 'POST' })).json()
  equal(stopped.status, 'stopped', 'the stop')
  const left = await there.streams.getStreamBody(other)
  equal(left.status, 'stopped', 'what was stopped')
  equal(left.text.length, stopped.offset, 'the length of what was stopped')
  equal(truth.startsWith(begun) && truth.startsWith(left.text.replace(/\uFFFD$/, '')), true, 'its text is a prefix')
  await Promise.all([here.streams.close(), there.streams.close()])
  return `drove, followed, reloaded and stopped ${truth.length} units`
}

async function* produce() {
  for (let round = 0; round < 12; round++) {
    for (const chunk of chunks) {
      yield chunk
      await new Promise((resolve) => setTimeout(resolve, 4))
    }
  }
}

/** @param {{ handle: (request: Request) => Promise<Response> }} server @param {string} path @param {RequestInit} init */
async function send({ handle }, path, init) {
  const response = await handle(new Request(`http://server.test/streams/${path}`, init))
  equal(response.status, 200, `the status of the response to ${path}`)
  return response
}

/** Reads at least `length` units, then cancels. @param {Response} response @param {number} length */
async function readSome(response, length) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader()
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let text = ''
  while (text.length < length) {
    const step = await reader.read()
    if (step.done) break
    text += decoder.decode(step.value, { stream: true })
  }
  await reader.cancel()
  return text
}

/** @param {Response} response @returns {Promise<{ text: string, end: any }>} */
async function readEvents(response) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader()
  const decoder = new TextDecoder()
  let raw = ''
  for (;;) {
    const step = await reader.read()
    if (step.done) break
    raw += decoder.decode(step.value, { stream: true })
  }
  let text = ''
  let end
  for (const block of raw.split('\n\n')) {
    // No regular expressions here: for them U+2028 ends a line too.
    const lines = block.split('\n')
    const data = lines.find((line) => line.startsWith('data: '))?.slice('data: '.length)
    if (data === undefined) continue
    if (lines.includes('event: end')) end = JSON.parse(data)
    else if (!lines.some((line) => line.startsWith('event: '))) text += JSON.parse(data)
  }
  return { text, end }
}

/** @param {unknown} actual @param {unknown} expected @param {string} what */
function equal(actual, expected, what) {
  if (Object.is(actual, expected)) return
  throw new Error(
    `${what}: expected ${JSON.stringify(expected)?.slice(0, 300)}, not ${JSON.stringify(actual)?.slice(0, 300)}`,
  )
}
