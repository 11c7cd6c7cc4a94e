/** Every name on the wire: headers, events, query fields, media types. */
export const headerNames = {
  /** Only in the response to a request that creates a stream. */
  id: 'Stream-Id',
  offset: 'Stream-Offset',
  status: 'Stream-Status',
  epoch: 'Stream-Epoch',
  base: 'Stream-Base',
  upToDate: 'Stream-Up-To-Date',
  /** `true` while the lease of the producing process has expired. Left out otherwise. */
  stalled: 'Stream-Stalled',
  /** The producer's finish reason. Left out if it returned none. */
  finishReason: 'Stream-Finish-Reason',
} as const

/** Events of an event stream, and the types of frames. */
export const eventNames = { status: 'status', end: 'end' } as const

export const queryNames = { offset: 'offset', epoch: 'epoch', live: 'live' } as const

export const lastEventId = 'Last-Event-ID'

export const mediaTypes = {
  json: 'application/json',
  sse: 'text/event-stream',
  text: 'text/plain',
  /** Text with frames: what Keepstream's own clients read. Compression middlewares leave an unknown type alone. */
  framed: 'application/vnd.keepstream',
} as const

export type MediaType = (typeof mediaTypes)[keyof typeof mediaTypes]

/**
 * For responses that continue while the text grows. Without `nosniff` some browsers hold back the first bytes of text.
 */
export const liveHeaders = {
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
} as const

/** For responses that describe one moment. */
export const snapshotHeaders = {
  'Cache-Control': 'private, no-cache',
  Vary: 'Accept, Accept-Encoding, Authorization, Cookie',
  'X-Content-Type-Options': 'nosniff',
} as const

/** Codes of error responses, and their HTTP status. */
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

/** The code of a refusal by `authorize` without a code, by its status. */
export const refusalCodes: Readonly<Record<number, string>> = {
  401: 'unauthorized',
  402: 'payment-required',
  403: 'forbidden',
  429: 'rate-limited',
}
