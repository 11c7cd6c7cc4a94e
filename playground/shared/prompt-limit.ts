/** The longest question, in UTF-16 code units. */
export const maxPromptLength = 2_000
