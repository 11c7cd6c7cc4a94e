/** What an empty pane says, the same in every framework. */
export const words = {
  askTitle: 'Ask about Keepstream',
  ask: 'Answers are written here at the pace of a language model. Reload, close the lid or open another tab while one is being written: it goes on, and nothing is lost.',
  follow:
    'Whatever is asked on the left appears here too, read from the database by a second connection, as it would be in another tab, on another device, or after a reload.',
  looking: 'Looking for the conversation…',
} as const

/** In place of an answer whose rendering failed. */
export const unshown = 'This answer cannot be shown here. What was written is kept.'
