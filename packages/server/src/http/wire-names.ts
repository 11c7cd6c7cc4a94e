/** Every name that travels: headers, events, query fields, media types. */
export const headerNames = {
  offset: 'Stream-Offset',
  status: 'Stream-Status',
  epoch: 'Stream-Epoch',
  base: 'Stream-Base',
  upToDate: 'Stream-Up-To-Date',
  /** `true` while the lease of the producing process is over; left out otherwise. */
  stalled: 'Stream-Stalled',
  /** The producer's own word for why it stopped writing; left out where it told none. */
  finishReason: 'Stream-Finish-Reason',
} as const

export const eventNames = { status: 'status', end: 'end' } as const

export const queryNames = { offset: 'offset', epoch: 'epoch', live: 'live' } as const

export const lastEventId = 'Last-Event-ID'

export const mediaTypes = { json: 'application/json', sse: 'text/event-stream', text: 'text/plain' } as const

export type MediaType = (typeof mediaTypes)[keyof typeof mediaTypes]

/** For answers that go on while the text grows. Some browsers hold back the first bytes of text without `nosniff`. */
export const liveHeaders = {
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
} as const

/** For answers about one moment. */
export const snapshotHeaders = {
  'Cache-Control': 'private, no-cache',
  Vary: 'Accept, Authorization, Cookie',
  'X-Content-Type-Options': 'nosniff',
} as const

/** Codes of error answers, and their HTTP status. */
export const errorStatus = {
  'invalid-offset': 400,
  'invalid-request': 400,
  'cross-origin': 403,
  'not-found': 404,
  'method-not-allowed': 405,
  diverged: 409,
  'too-large': 413,
  corrupt: 500,
  server: 500,
  'shutting-down': 503,
} as const

export type WireErrorCode = keyof typeof errorStatus

/** The code of a refusal by `authorize` that says none, by its status. */
export const refusalCodes: Readonly<Record<number, string>> = {
  401: 'unauthorized',
  402: 'payment-required',
  403: 'forbidden',
  429: 'rate-limited',
}
