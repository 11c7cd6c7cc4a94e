/** Begins a mark (RFC 7464). */
export const MARK_START = '\x1e'
export const MARK_END = '\n'

/** The longest JSON value of a mark, in UTF-16 code units. A longer one is never written, and is not read. */
export const MAX_MARK_LENGTH = 1_048_576
