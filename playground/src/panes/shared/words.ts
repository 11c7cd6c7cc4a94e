/** The texts of an empty pane, the same in every framework. */
export const words = {
  askTitle: 'Ask about Keepstream',
  ask: 'An answer searches this project’s documentation, and is written here at the pace of a language model. While one is being written, reload, close the lid or open another tab: it goes on, and nothing is lost.',
  follow:
    'Questions and answers on the left appear here too. A second connection reads them from the database, as in another tab, on another device, or after a reload.',
  looking: 'Looking for the conversation…',
} as const

/** Replaces an answer whose rendering failed. */
export const unshown = 'This answer cannot be shown here. Its text is kept.'
