import {
  aiSdkUi,
  anthropic,
  type Dialect,
  langGraph,
  ndjson,
  ollama,
  openAiChat,
  openAiResponses,
} from '@keepstream/core/dialects'

/** What is read from an answer. Without a status it has no end, so it may have been cut. */
export interface Outcome {
  readonly text: string
  readonly status?: string
  readonly error?: string
  readonly finishReason?: string
}

export interface Wire {
  readonly name: string
  readonly decode: Dialect
  readonly type: string
  readonly body: string
  readonly outcome: Outcome
}

const text = 'Grüße, “世界” 😀\r\n\u0000\u2028data: x\n\n'

const sse = (...events: (object | string)[]) => events.map((event) => `data: ${dataOf(event)}\n\n`).join('')
const named = (...events: (readonly [name: string, data: object | string])[]) =>
  events.map(([name, data]) => `event: ${name}\ndata: ${dataOf(data)}\n\n`).join('')
const typed = (...events: { readonly type: string }[]) => named(...events.map((event) => [event.type, event] as const))
const lines = (...values: object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('')
const dataOf = (event: object | string) => (typeof event === 'string' ? event : JSON.stringify(event))

const SSE = 'text/event-stream; charset=utf-8'
const NDJSON = 'application/x-ndjson'

const chunk = (delta: object, finish_reason: string | null = null, index = 0) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index, delta, logprobs: null, finish_reason }],
})
const usage = { id: 'chatcmpl-1', object: 'chat.completion.chunk', choices: [], usage: { completion_tokens: 2 } }
const role = chunk({ role: 'assistant', content: '', refusal: null })

const chat = (name: string, body: string, outcome: Outcome): Wire => ({
  name: `OpenAI chat completions: ${name}`,
  decode: openAiChat,
  type: SSE,
  body,
  outcome,
})

const chats: Wire[] = [
  chat(
    'a whole answer with usage',
    sse(role, chunk({ content: 'Hel' }), chunk({ content: 'lo' }), chunk({}, 'stop'), usage, '[DONE]'),
    { text: 'Hello', status: 'done', finishReason: 'stop' },
  ),
  chat('any characters', sse(chunk({ content: text }), chunk({}, 'stop'), '[DONE]'), {
    text,
    status: 'done',
    finishReason: 'stop',
  }),
  chat('its length limit', sse(chunk({ content: 'Hel' }), chunk({}, 'length'), '[DONE]'), {
    text: 'Hel',
    status: 'done',
    finishReason: 'length',
  }),
  chat('a content filter', sse({ choices: [], prompt_filter_results: [] }, chunk({}, 'content_filter'), '[DONE]'), {
    text: '',
    status: 'done',
    finishReason: 'content_filter',
  }),
  chat('a refusal', sse(chunk({ refusal: 'I will ' }), chunk({ refusal: 'not' }), chunk({}, 'stop'), '[DONE]'), {
    text: 'I will not',
    status: 'done',
    finishReason: 'stop',
  }),
  chat(
    'a call of a tool, beside reasoning',
    sse(
      chunk({ reasoning_content: 'Think', content: null }),
      chunk({ content: 'Hel' }),
      chunk({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }] }),
      chunk({}, 'tool_calls'),
      '[DONE]',
    ),
    { text: 'Hel', status: 'done', finishReason: 'tool_calls' },
  ),
  chat(
    'content blocks',
    sse(chunk({ content: [{ type: 'thinking' }, { type: 'text', text: 'Hel' }] }), chunk({}, 'stop')),
    {
      text: 'Hel',
      status: 'done',
      finishReason: 'stop',
    },
  ),
  chat(
    'a second choice, which is not read',
    sse(
      chunk({ content: 'no' }, null, 1),
      chunk({}, 'length', 1),
      chunk({ content: 'yes' }),
      chunk({}, 'stop'),
      '[DONE]',
    ),
    { text: 'yes', status: 'done', finishReason: 'stop' },
  ),
  chat(
    'a reason with every chunk',
    sse(chunk({ content: 'Hel' }, 'stop'), chunk({ content: 'lo' }, 'stop'), '[DONE]'),
    {
      text: 'Hello',
      status: 'done',
      finishReason: 'stop',
    },
  ),
  chat('no [DONE], and text with the reason', sse(chunk({ content: 'Hello' }, 'stop')), { text: 'Hello' }),
  chat('no [DONE]', sse(chunk({ content: 'Hello' }), chunk({}, 'stop')), {
    text: 'Hello',
    status: 'done',
    finishReason: 'stop',
  }),
  chat('[DONE] without a reason', sse(chunk({ content: 'Hel' }), chunk({}, ''), '[DONE]'), { text: 'Hel' }),
  chat(
    'an error',
    sse(chunk({ content: 'Hel' }), { error: { message: 'Slow down', type: 'server_error', code: null } }, '[DONE]'),
    {
      text: 'Hel',
      status: 'error',
      error: 'server_error',
    },
  ),
  chat(
    'an error with a number',
    sse({ ...chunk({ content: '' }, 'error'), error: { code: 502, message: 'Bad' } }, '[DONE]'),
    {
      text: '',
      status: 'error',
      error: '502',
    },
  ),
  chat('an error that is a string', sse({ error: 'Slow down' }), {
    text: '',
    status: 'error',
    error: 'provider-error',
  }),
  chat('an error as its reason', sse(chunk({ content: 'Hel' }, 'error'), '[DONE]'), {
    text: 'Hel',
    status: 'error',
    error: 'provider-error',
  }),
  chat(
    'keep-alives',
    `: ping\n\ndata:\n\ndata: null\n\n${sse(chunk({ content: 'Hel' }), chunk({}, 'stop'), ' [DONE] ')}`,
    {
      text: 'Hel',
      status: 'done',
      finishReason: 'stop',
    },
  ),
]

const responses = (name: string, events: readonly { readonly type: string }[], outcome: Outcome): Wire => ({
  name: `OpenAI responses: ${name}`,
  decode: openAiResponses,
  type: SSE,
  body: typed(...events.map((event, sequence_number) => ({ ...event, sequence_number }))),
  outcome,
})
const outputDelta = (delta: string) => ({
  type: 'response.output_text.delta',
  item_id: 'msg_1',
  output_index: 0,
  content_index: 0,
  delta,
  logprobs: [],
})
const output = (content: object) => [{ id: 'msg_1', type: 'message', role: 'assistant', content: [content] }]
const completed = {
  type: 'response.completed',
  response: { status: 'completed', output: output({ type: 'output_text', text: 'Hello' }) },
}
const outputDone = {
  type: 'response.output_text.done',
  item_id: 'msg_1',
  output_index: 0,
  content_index: 0,
  text: 'Hello',
}

const responseWires: Wire[] = [
  responses(
    'a whole answer after reasoning',
    [
      { type: 'response.created' },
      { type: 'response.in_progress' },
      { type: 'response.output_item.added' },
      { type: 'response.reasoning_summary_text.delta', ...{ delta: 'Think' } },
      outputDelta('Hel'),
      outputDelta('lo'),
      outputDone,
      { type: 'response.function_call_arguments.delta', ...{ delta: '{}' } },
      completed,
    ],
    { text: 'Hello', status: 'done', finishReason: 'completed' },
  ),
  responses('any characters', [outputDelta(text), completed], { text, status: 'done', finishReason: 'completed' }),
  responses(
    'its length limit',
    [
      outputDelta('Hel'),
      { type: 'response.incomplete', ...{ response: { incomplete_details: { reason: 'max_output_tokens' } } } },
    ],
    { text: 'Hel', status: 'done', finishReason: 'max_output_tokens' },
  ),
  responses('incomplete, without a reason', [{ type: 'response.incomplete', ...{ response: {} } }], {
    text: '',
    status: 'done',
    finishReason: 'incomplete',
  }),
  responses(
    'a refusal',
    [
      { type: 'response.refusal.delta', ...{ delta: 'No' } },
      { type: 'response.refusal.done', ...{ refusal: 'No' } },
      { type: 'response.completed', ...{ response: { output: output({ type: 'refusal', refusal: 'No' }) } } },
    ],
    { text: 'No', status: 'done', finishReason: 'refusal' },
  ),
  responses(
    'a failure',
    [
      outputDelta('Hel'),
      { type: 'response.failed', ...{ response: { error: { code: 'rate_limit_exceeded', message: 'Slow' } } } },
    ],
    { text: 'Hel', status: 'error', error: 'rate_limit_exceeded' },
  ),
  responses(
    'an error event',
    [outputDelta('Hel'), { type: 'error', ...{ code: 'ERR_SOMETHING', message: 'Bad', param: null } }],
    {
      text: 'Hel',
      status: 'error',
      error: 'ERR_SOMETHING',
    },
  ),
  responses('an error event without a code', [{ type: 'error', ...{ code: null, message: 'Bad' } }], {
    text: '',
    status: 'error',
    error: 'provider-error',
  }),
  responses(
    'an error event with an error',
    [{ type: 'error', ...{ error: { type: 'tokens', code: 'too_many', message: 'Bad' } } }],
    {
      text: '',
      status: 'error',
      error: 'too_many',
    },
  ),
  responses('no end', [outputDelta('Hello'), outputDone], { text: 'Hello' }),
  {
    name: 'OpenAI responses: [DONE] without an end',
    decode: openAiResponses,
    type: SSE,
    body: `${typed(outputDelta('Hel'))}${sse('[DONE]')}`,
    outcome: { text: 'Hel' },
  },
]

const messages = (name: string, events: readonly { readonly type: string }[], outcome: Outcome): Wire => ({
  name: `Anthropic messages: ${name}`,
  decode: anthropic,
  type: SSE,
  body: typed(...events),
  outcome,
})
const messageStart = {
  type: 'message_start',
  message: { id: 'msg_1', type: 'message', role: 'assistant', content: [], model: 'm', stop_reason: null, usage: {} },
}
const blockStart = (content_block: object, index = 0) => ({ type: 'content_block_start', index, content_block })
const blockDelta = (delta: object, index = 0) => ({ type: 'content_block_delta', index, delta })
const words = (text: string, index = 0) => blockDelta({ type: 'text_delta', text }, index)
const blockStop = (index = 0) => ({ type: 'content_block_stop', index })
const messageDelta = (stop_reason: string | null) => ({
  type: 'message_delta',
  delta: { stop_reason, stop_sequence: null },
  usage: { output_tokens: 15 },
})
const messageStop = { type: 'message_stop' }
const ping = { type: 'ping' }
const emptyText = { type: 'text', text: '' }

const messageWires: Wire[] = [
  messages(
    'a whole answer',
    [
      messageStart,
      blockStart(emptyText),
      ping,
      words('Hel'),
      words('lo'),
      blockStop(),
      messageDelta('end_turn'),
      messageStop,
    ],
    { text: 'Hello', status: 'done', finishReason: 'end_turn' },
  ),
  messages('any characters', [words(text), messageDelta('end_turn'), messageStop], {
    text,
    status: 'done',
    finishReason: 'end_turn',
  }),
  messages(
    'thinking, two text blocks and a tool',
    [
      messageStart,
      blockStart({ type: 'thinking', thinking: '', signature: '' }),
      blockDelta({ type: 'thinking_delta', thinking: 'Think' }),
      blockDelta({ type: 'signature_delta', signature: 'abc' }),
      blockStop(),
      blockStart({ type: 'text', text: 'H' }, 1),
      words('el', 1),
      blockStop(1),
      blockStart({ type: 'tool_use', id: 't', name: 'f', input: {} }, 2),
      blockDelta({ type: 'input_json_delta', partial_json: '{"text":"no"}' }, 2),
      blockStop(2),
      blockStart(emptyText, 3),
      words('lo', 3),
      messageDelta('tool_use'),
      messageStop,
    ],
    { text: 'Hello', status: 'done', finishReason: 'tool_use' },
  ),
  ...['max_tokens', 'refusal', 'model_context_window_exceeded'].map((finishReason) =>
    messages(finishReason, [messageStart, words('Hel'), messageDelta(finishReason), messageStop], {
      text: 'Hel',
      status: 'done',
      finishReason,
    }),
  ),
  messages(
    'an error',
    [messageStart, words('Hel'), { type: 'error', ...{ error: { type: 'overloaded_error', message: 'Overloaded' } } }],
    { text: 'Hel', status: 'error', error: 'overloaded_error' },
  ),
  messages(
    'events of a later version',
    [words('Hel'), { type: 'later' }, blockDelta({ type: 'later', text: 'no' }), messageDelta(null), messageStop],
    {
      text: 'Hel',
      status: 'done',
    },
  ),
  messages('no message_stop', [messageStart, words('Hel'), messageDelta('end_turn')], { text: 'Hel' }),
]

const ui = (name: string, chunks: readonly (object | string)[], outcome: Outcome): Wire => ({
  name: `AI SDK UI message stream: ${name}`,
  decode: aiSdkUi,
  type: SSE,
  body: sse(...chunks),
  outcome,
})
const uiDelta = (delta: string) => ({ type: 'text-delta', id: 'txt-0', delta })
const uiFinish = (finishReason?: string) => ({ type: 'finish', ...(finishReason && { finishReason }) })

const uiWires: Wire[] = [
  ui(
    'a whole answer of two steps',
    [
      { type: 'start', messageId: 'm' },
      { type: 'start-step' },
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'Think' },
      { type: 'reasoning-end', id: 'r' },
      { type: 'text-start', id: 'txt-0' },
      uiDelta('Hel'),
      { type: 'text-end', id: 'txt-0' },
      { type: 'tool-input-delta', toolCallId: 't', inputTextDelta: 'no' },
      { type: 'tool-output-error', toolCallId: 't', errorText: 'no' },
      { type: 'data-weather', data: { text: 'no' } },
      { type: 'finish-step' },
      uiDelta('lo'),
      uiFinish('stop'),
      '[DONE]',
    ],
    { text: 'Hello', status: 'done', finishReason: 'stop' },
  ),
  ui('any characters', [uiDelta(text), uiFinish('stop'), '[DONE]'], { text, status: 'done', finishReason: 'stop' }),
  ...['length', 'content-filter'].map((finishReason) =>
    ui(finishReason, [uiDelta('Hel'), uiFinish(finishReason), '[DONE]'], { text: 'Hel', status: 'done', finishReason }),
  ),
  ui(
    'two answers, each with a finish',
    [uiDelta('Hel'), uiFinish('length'), uiDelta('lo'), uiFinish('stop'), '[DONE]'],
    {
      text: 'Hello',
      status: 'done',
      finishReason: 'stop',
    },
  ),
  ui('a finish without a reason', [uiDelta('Hel'), uiFinish(), '[DONE]'], {
    text: 'Hel',
    status: 'done',
    finishReason: 'finish',
  }),
  ...['unknown', 'other', 'interrupted'].map((reason) =>
    ui(`a reason that is not known: ${reason}`, [uiDelta('Hel'), uiFinish(reason), '[DONE]'], {
      text: 'Hel',
      status: 'error',
      error: 'no-finish-reason',
    }),
  ),
  ui('an error', [uiDelta('Hel'), { type: 'error', errorText: 'An error occurred.' }, uiFinish('error'), '[DONE]'], {
    text: 'Hel',
    status: 'error',
    error: 'provider-error',
  }),
  ui('an error as its reason', [uiDelta('Hel'), uiFinish('error'), '[DONE]'], {
    text: 'Hel',
    status: 'error',
    error: 'provider-error',
  }),
  ui('an abort', [uiDelta('Hel'), { type: 'abort', reason: 'user cancelled' }, '[DONE]'], {
    text: 'Hel',
    status: 'stopped',
  }),
  ui('[DONE] without a finish', [uiDelta('Hel'), { type: 'finish-step' }, '[DONE]'], { text: 'Hel' }),
]

const ownLines = (name: string, body: string, outcome: Outcome): Wire => ({
  name: `NDJSON: ${name}`,
  decode: ndjson,
  type: NDJSON,
  body,
  outcome,
})

const lineWires: Wire[] = [
  ownLines('a whole answer', lines({ text: 'Hel' }, { text: 'lo', id: 1 }, {}, { end: true, finishReason: 'stop' }), {
    text: 'Hello',
    status: 'done',
    finishReason: 'stop',
  }),
  ownLines('any characters', lines({ text }, { end: 'done' }), { text, status: 'done' }),
  ownLines('CR LF and blank lines', '{"text":"Hel"}\r\n\r\n \n{"text":"lo","end":true}\r\n', {
    text: 'Hello',
    status: 'done',
  }),
  ownLines('no line end after the end', lines({ text: 'Hel' }) + JSON.stringify({ end: true }), {
    text: 'Hel',
    status: 'done',
  }),
  ownLines(
    'lines that are no objects',
    '"no"\n7\nnull\n["no"]\n{"text":7,"end":"later"}\n{"text":"Hel","end":true}\n',
    {
      text: 'Hel',
      status: 'done',
    },
  ),
  ownLines('another status', lines({ text: 'Hel' }, { end: 'stopped' }), { text: 'Hel', status: 'stopped' }),
  ownLines('an error', lines({ text: 'Hel' }, { error: 'overloaded' }), {
    text: 'Hel',
    status: 'error',
    error: 'overloaded',
  }),
  ownLines('an error that is an object', lines({ text: 'Hel', error: { code: 1 } }), {
    text: 'Hel',
    status: 'error',
    error: 'provider-error',
  }),
  ownLines('no end', `${lines({ text: 'Hel', error: null, finishReason: 'stop' })}[DONE]\n`, { text: 'Hel' }),
]

const ollamaLine = (line: object) => ({ model: 'm', created_at: '2026-01-01T00:00:00Z', ...line })
const ollamaWires: Wire[] = [
  {
    name: 'Ollama: a chat',
    decode: ollama,
    type: NDJSON,
    body: lines(
      ollamaLine({ message: { role: 'assistant', content: '', thinking: 'Think' }, done: false }),
      ollamaLine({ message: { role: 'assistant', content: 'Hello' }, done: false }),
      ollamaLine({ message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop', eval_count: 2 }),
    ),
    outcome: { text: 'Hello', status: 'done', finishReason: 'stop' },
  },
  {
    name: 'Ollama: a generation that was cut at its limit',
    decode: ollama,
    type: NDJSON,
    body: lines(
      ollamaLine({ response: 'Hel', done: false }),
      ollamaLine({ response: 'lo', done: true, done_reason: 'length' }),
    ),
    outcome: { text: 'Hello', status: 'done', finishReason: 'length' },
  },
  {
    name: 'Ollama: an end without a reason, as older versions send it',
    decode: ollama,
    type: NDJSON,
    body: lines(ollamaLine({ response: 'Hello', done: false }), ollamaLine({ response: '', done: true })),
    outcome: { text: 'Hello', status: 'done' },
  },
  {
    name: 'Ollama: an error',
    decode: ollama,
    type: NDJSON,
    body: lines(ollamaLine({ response: 'Hel', done: false }), {
      error: 'an error was encountered while running the model',
    }),
    outcome: { text: 'Hel', status: 'error', error: 'provider-error' },
  },
]

const graph = (name: string, body: string, outcome: Outcome): Wire => ({
  name: `LangGraph: ${name}`,
  decode: langGraph,
  type: SSE,
  body,
  outcome,
})
const aiPart = (content: unknown, facts: object = {}) =>
  ['messages', [{ type: 'AIMessageChunk', content, id: 'run--1', ...facts }, { langgraph_node: 'agent' }]] as const
const reason = (facts: object) => aiPart('', { response_metadata: facts })
const checkpoint = (...next: string[]) =>
  ['checkpoints', { values: {}, metadata: { step: 1 }, next, tasks: [] }] as const
const metadata = ['metadata', { run_id: 'r', attempt: 1 }] as const

const graphWires: Wire[] = [
  graph(
    'a run with a tool',
    named(
      metadata,
      checkpoint('__start__'),
      checkpoint('agent'),
      ['messages', [{ type: 'human', content: 'no' }, {}]],
      aiPart('Hel'),
      reason({ finish_reason: 'tool_calls' }),
      checkpoint('tools'),
      ['messages', [{ type: 'tool', content: 'no' }, {}]],
      ['updates', { tools: { messages: [] } }],
      checkpoint('agent'),
      aiPart([
        { type: 'text', text: 'l', index: 0 },
        { type: 'tool_call_chunk', text: 'no' },
      ]),
      aiPart('o'),
      reason({ finish_reason: 'stop' }),
      checkpoint(),
    ),
    { text: 'Hello', status: 'done', finishReason: 'stop' },
  ),
  graph("strings in a list, as Python's messages have them", named(aiPart(['Hel', 'lo']), checkpoint()), {
    text: 'Hello',
    status: 'done',
  }),
  graph('any characters', named(aiPart(text), checkpoint()), { text, status: 'done' }),
  graph(
    'a subgraph',
    named(
      ['messages|child:1', [{ type: 'ai', content: 'Hello', additional_kwargs: { stop_reason: 'end_turn' } }, {}]],
      ['checkpoints|child:1', { next: [] }],
      aiPart('!'),
      reason({ stop_reason: 'max_tokens' }),
      checkpoint(),
    ),
    { text: 'Hello!', status: 'done', finishReason: 'max_tokens' },
  ),
  graph('the end event of older servers', named(metadata, aiPart('Hello'), ['end', 'null']), {
    text: 'Hello',
    status: 'done',
  }),
  graph('an interrupt', named(aiPart('Hel'), reason({ finish_reason: 'stop' }), checkpoint('ask')), { text: 'Hel' }),
  graph('an error', named(aiPart('Hel'), ['error', { error: 'ValueError', message: 'Bad' }]), {
    text: 'Hel',
    status: 'error',
    error: 'ValueError',
  }),
  graph(
    'events of other modes',
    named(
      ['values', 'no json'],
      ['messages', {}],
      ['messages', [null]],
      ['checkpoints', {}],
      aiPart('Hel'),
      checkpoint(),
    ),
    { text: 'Hel', status: 'done' },
  ),
]

/** Answers as the providers document them, typed by hand. */
export const wires: Wire[] = [
  ...chats,
  ...responseWires,
  ...messageWires,
  ...uiWires,
  ...lineWires,
  ...ollamaWires,
  ...graphWires,
]
