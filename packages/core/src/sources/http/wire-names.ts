// The names of Keepstream's own wire that a client reads. A test compares them with `http/wire-names.ts` of the server.

export const statusEvent = 'status'
export const endEvent = 'end'

export const epochHeader = 'Stream-Epoch'
export const baseHeader = 'Stream-Base'

export const sseType = 'text/event-stream'
export const framedType = 'application/vnd.keepstream'
